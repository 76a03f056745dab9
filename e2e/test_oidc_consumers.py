"""Services that take access tokens: Apache's mod_oauth2 by the key set and by introspection, Dovecot by introspection."""

import contextlib
import getpass
import grp
import imaplib
import os

import pytest
import requests

from apache import Apache, public_folder
from application import MAIL, Application
from damage import altered, claims
from deployment import BILLING, ORDERS, refused
from processes import PATIENCE, Process, free_port, installed, is_listening
from visitor import Visitor


GUARD = """
<Location /private>
AuthType oauth2
OAuth2TokenVerify {verify}
OAuth2TargetPass remote_user_claim=sub
<RequireAll>
Require valid-user
Require oauth2_claim iss:{issuer}
Require oauth2_claim aud:{audience}
</RequireAll>
Header set X-User "expr=%{{REMOTE_USER}}"
</Location>
"""


@pytest.fixture(scope="module")
def portal(provider):
    return Application.of(provider, "portal")


@pytest.fixture(scope="module", params=["jwks_uri", "introspect"])
def apache(request, provider):
    secret = provider.deployment.secrets["api"]
    verify = {
        "jwks_uri": f"jwks_uri {provider.issuer}/.well-known/jwks.json jwks_uri.ssl_verify=false",
        "introspect": f"introspect {provider.issuer}/introspect introspect.auth=client_secret_basic&client_id=api&client_secret={secret}",
    }[request.param]
    with public_folder() as folder:
        made = Apache(folder, "oauth2", GUARD.format(verify=verify, issuer=provider.issuer, audience=ORDERS)).start()
        made.kind = request.param
        yield made
        made.stop()


def ask(apache, token=None):
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return session.get(f"{apache.url}/private/", headers=headers, timeout=PATIENCE)


def test_apache_lets_a_token_for_its_service_in(apache, portal, visitor):
    tokens = portal.sign_in(visitor, scope="orders:read")
    answer = ask(apache, tokens["access_token"])
    assert answer.status_code == 200, apache.log()[-3000:]
    assert answer.headers["X-User"].startswith("u_")


def test_apache_refuses_other_tokens(apache, portal, visitor):
    tokens = portal.sign_in(visitor, scope="openid orders:read")
    assert ask(apache).status_code == 401
    wrong = altered(tokens["access_token"]) | {
        "garbage": "garbage", "a refresh token": tokens["refresh_token"], "an ID token": tokens["id_token"],
        "for another service": portal.sign_in(visitor, scope="orders:read", resource=BILLING)["access_token"]}
    if apache.kind == "jwks_uri":
        # It looks at no `typ`; the audience and the signature must do.
        del wrong["another type"]
    for what, token in wrong.items():
        assert ask(apache, token).status_code == 401, what


def test_apache_with_introspection_knows_that_a_session_is_over(apache, provider, portal, visitor):
    if apache.kind != "introspect":
        pytest.skip("who checks alone knows it when the token ends")
    ended = portal.redeemed(portal.code(visitor, scope="openid orders:read"))
    provider.deployment.tykva("session", "end", portal.id_token(ended)["sid"])
    assert ask(apache, ended["access_token"]).status_code == 401


# Introspection on the wire (RFC 7662).

def introspect(provider, client, token, **more):
    return provider.post("/introspect", {"token": token} | more, auth=(client, provider.deployment.secrets[client]))


def test_introspection_tells_the_service_it_concerns(provider, portal, visitor):
    tokens = portal.sign_in(visitor, scope="openid orders:read")
    said = portal.id_token(tokens)
    for client in ("api", "portal"):
        answer = introspect(provider, client, tokens["access_token"], token_type_hint="access_token")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        assert body["active"] is True and body["client_id"] == "portal" and body["token_type"] == "Bearer"
        assert (body["sub"], body["sid"], body["username"]) == (said["sub"], said["sid"], "anna")
        assert body["iss"] == provider.issuer and ORDERS in body["aud"] and body["exp"] > body["iat"]
        assert set(body["scope"].split()) == {"openid", "orders:read"}
    own = introspect(provider, "portal", tokens["refresh_token"]).json()
    assert own["active"] is True and own["client_id"] == "portal"
    # Asking is no use: the token is still the current one.
    assert portal.refresh(tokens["refresh_token"]).status_code == 200


def test_introspection_tells_nobody_else_anything(provider, portal, visitor):
    tokens = portal.sign_in(visitor, scope="openid orders:read")
    nothing = {"active": False}
    assert introspect(provider, "other-api", tokens["access_token"]).json() == nothing
    for client in ("api", "other-api", "partner"):
        assert introspect(provider, client, tokens["refresh_token"]).json() == nothing, client
    for what, token in (altered(tokens["access_token"]) | {"garbage": "x", "an ID token": tokens["id_token"]}).items():
        assert introspect(provider, "api", token).json() == nothing, what
    successor = portal.refresh(tokens["refresh_token"]).json()
    assert introspect(provider, "portal", successor["refresh_token"]).json()["active"] is True
    portal.post("/revoke", {"token": successor["refresh_token"]})
    assert introspect(provider, "portal", successor["refresh_token"]).json() == nothing


def test_introspection_is_for_clients_with_credentials(provider, portal, visitor):
    token = portal.sign_in(visitor)["access_token"]
    assert refused(provider.post("/introspect", {"token": token}), "invalid_client", 401)
    assert refused(provider.post("/introspect", {"token": token, "client_id": "spa"}), "invalid_client", 401)
    assert refused(provider.post("/introspect", {"token": token}, auth=("api", "wrong")), "invalid_client", 401)
    assert refused(introspect(provider, "api", ""), "invalid_request")
    assert provider.get("/introspect").status_code == 405


def test_a_theft_is_not_found_by_asking(provider, portal, visitor):
    first = portal.sign_in(visitor)
    second = portal.refresh(first["refresh_token"]).json()
    assert introspect(provider, "portal", first["refresh_token"]).json() == {"active": False}
    assert portal.refresh(second["refresh_token"]).status_code == 200


# Dovecot.

DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/dovecot.log
auth_failure_delay = 0
ssl = no
disable_plaintext_auth = no
auth_mechanisms = oauthbearer xoauth2
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
{users}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  {chroot}
  # Without it, who fails waits longer each time.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""

# With `auth` and `get` Dovecot puts the token elsewhere than RFC 7662 says.
INTROSPECTION = """
introspection_mode = post
introspection_url = http://mail-server:{secret}@127.0.0.1:{port}/introspect
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
timeout_msecs = 60000
"""


@pytest.fixture(scope="module")
def dovecot(provider):
    with public_folder() as folder:
        port = free_port()
        (folder / "mail").mkdir(mode=0o777)
        (folder / "mail").chmod(0o777)
        root = os.geteuid() == 0
        own = getpass.getuser()
        users = "" if root else "\n".join([
            f"default_internal_user = {own}", f"default_login_user = {own}",
            f"default_internal_group = {grp.getgrgid(os.getgid()).gr_name}"])
        (folder / "oauth2.conf").write_text(INTROSPECTION.format(
            secret=provider.deployment.secrets["mail-server"], port=provider.port))
        configuration = folder / "dovecot.conf"
        configuration.write_text(DOVECOT.format(
            folder=folder, port=port, users=users, chroot="" if root else "chroot =",
            uid="nobody" if root else own, gid="nogroup" if root else os.getgid()))
        process = Process(folder, "dovecot", [installed("dovecot"), "-F", "-c", configuration])
        process.wait_for(lambda: is_listening(port), "listening")

        def sign_in(user, token):
            """Whether the mail server lets this person in with this token, by each of its two mechanisms."""
            answers = []
            messages = {
                "OAUTHBEARER": f"n,a={user},\x01host=127.0.0.1\x01port={port}\x01auth=Bearer {token}\x01\x01",
                "XOAUTH2": f"user={user}\x01auth=Bearer {token}\x01\x01"}
            for mechanism, message in messages.items():
                connection = imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE)
                sent = iter([message.encode()])
                try:
                    connection.authenticate(mechanism, lambda _, sent=sent: next(sent, b"\x01"))
                    answers.append(connection.select()[0] == "OK")
                except imaplib.IMAP4.error:
                    answers.append(False)
                finally:
                    with contextlib.suppress(imaplib.IMAP4.error, OSError):
                        connection.logout()
            assert len(set(answers)) == 1, answers
            return answers[0]

        sign_in.log = lambda: (folder / "dovecot.log").read_text()[-6000:]
        yield sign_in
        process.stop()


@pytest.fixture(scope="module")
def mail_program(provider):
    return Application.of(provider, "mail-program")


def test_dovecot_lets_the_owner_of_a_token_in(dovecot, mail_program, visitor):
    tokens = mail_program.sign_in(visitor, scope="openid", resource=MAIL)
    assert dovecot("anna", tokens["access_token"]), dovecot.log()


def test_dovecot_refuses_everybody_else(dovecot, provider, mail_program, visitor):
    tokens = mail_program.sign_in(visitor, scope="openid", resource=MAIL)
    token = tokens["access_token"]
    assert not dovecot("boris", token)
    stranger = Visitor(provider, user="boris")
    assert not dovecot("anna", mail_program.sign_in(stranger, resource=MAIL)["access_token"])
    wrong = {"garbage": "garbage", "an ID token": tokens["id_token"], "a refresh token": tokens["refresh_token"],
             "for another service": mail_program.sign_in(visitor, resource=ORDERS)["access_token"],
             "altered": altered(token)["a claim"]}
    for what, other in wrong.items():
        assert not dovecot("anna", other), what
    assert dovecot("anna", token)
    provider.deployment.tykva("session", "end", claims(token)["sid"])
    assert not dovecot("anna", token), "its session is over"
