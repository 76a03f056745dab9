"""Apache's mod_auth_openidc as two applications: one sign-in for both, one sign-out of both."""

import contextlib
import http.server
import select
import threading
import time
import urllib.parse

import jwt
import pytest

from apache import Apache, public_folder
from application import Application
from damage import claims, header
from deployment import Deployment
from processes import free_port, wait_until
from visitor import Visitor


MODULE = """
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {authority}
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI http://127.0.0.1:@PORT@/private/callback
OIDCDefaultLoggedOutURL http://127.0.0.1:@PORT@/public/
OIDCCryptoPassphrase of-this-test-alone-{client}
OIDCPKCEMethod S256
OIDCHTTPTimeoutShort 60
OIDCHTTPTimeoutLong 90
OIDCScope "openid profile email"
OIDCIDTokenSignedResponseAlg ES256
OIDCSessionType server-cache
OIDCCookie {client}_session
OIDCStateTimeout 120
OIDCRemoteUserClaim preferred_username
<Location /private>
AuthType openid-connect
Require valid-user
Header set X-User "expr=%{{REMOTE_USER}}"
Header set X-Session "expr=%{{reqenv:OIDC_CLAIM_sid}}"
Header set X-Email "expr=%{{reqenv:OIDC_CLAIM_email}}"
</Location>
"""


# How long the issuer waits for the answer of an application.
GIVEN_UP_SECONDS = 5


class Receiver:
    """An application of which only the back-channel is there; it can be made to hold its answers."""

    def __init__(self):
        self.tokens = []
        # What happened, in order: "asked" when a notice comes, "left" when the issuer no longer waits for the answer.
        self.events = []
        self.free = threading.Event()
        self.free.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.tokens.append((self.headers["Content-Type"], urllib.parse.parse_qs(body, strict_parsing=True)))
                receiver.events.append("asked")
                while not receiver.free.wait(0.02):
                    if select.select([self.connection], [], [], 0)[0]:
                        receiver.events.append("left")
                        self.close_connection = True
                        return
                with contextlib.suppress(OSError):
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/logout"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def token_of(self, session):
        """What came with the logout token of a session: its content type and its form."""
        def found():
            return [one for one in self.tokens if claims(one[1]["logout_token"][0])["sid"] == session]

        return wait_until(found, 20, f"a logout token of {session}")[0]

    def close(self):
        self.free.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(prepared_provider, authority, receiver, tmp_path_factory):
    """The issuer with TLS, and two Apaches that are registered there."""
    folder = tmp_path_factory.mktemp("apache")
    deployment = Deployment.copy(prepared_provider, folder / "deployment")
    certificate, key = folder / "chain.pem", folder / "key.pem"
    authority.issue(certificate, key)
    ports = {"one": free_port(), "two": free_port()}
    scopes = ("--scope", "openid", "--scope", "profile", "--scope", "email")
    for name, port in ports.items():
        callback = f"http://127.0.0.1:{port}/private/callback"
        deployment.add_client(
            name, "--first-party", "--redirect-uri", callback, *scopes,
            "--post-logout-redirect-uri", f"http://127.0.0.1:{port}/public/",
            "--backchannel-logout-uri", f"{callback}?logout=backchannel")
    deployment.add_client(
        "listener", "--first-party", "--redirect-uri", "http://127.0.0.1:9/callback", "--scope", "openid",
        "--scope", "offline_access", "--backchannel-logout-uri", receiver.url)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            deployment.serve("--tls-certificate", certificate, "--tls-key", key, scheme="https"))
        server.session.verify = str(authority.path)
        apaches = {}
        for name, port in ports.items():
            place = stack.enter_context(public_folder())
            (place / "authority.pem").write_bytes(authority.path.read_bytes())
            settings = MODULE.format(
                issuer=server.issuer, authority=place / "authority.pem", client=name, secret=deployment.secrets[name])
            apaches[name] = Apache(place, "auth_openidc", settings, port).start()
            stack.callback(apaches[name].stop)
        server.verify = str(authority.path)
        yield server, apaches["one"], apaches["two"]


@pytest.fixture
def person(world):
    return Visitor(world[0], verify=world[0].verify)


def enter(person, apache):
    """Opens the guarded page, and answers whatever the issuer asks."""
    page = person.go(f"{apache.url}/private/")
    if page.url.startswith(apache.url):
        assert page.status == 200, (page.status, page.url, page.text[:500], apache.log()[-3000:])
        assert "the private page" in page.text
    return page


def is_out(person, apache):
    """Whether the guarded page leads to the issuer's form again."""
    page = person.open(f"{apache.url}/private/")
    return page.url.startswith(person.server.issuer) and page.path == "/sign-in"


def sign_out(person, apache):
    back = urllib.parse.quote(f"{apache.url}/public/", safe="")
    page = person.open(f"{apache.url}/private/callback?logout={back}")
    assert page.url.startswith(f"{apache.url}/public/") and page.status == 200, (page.url, page.text[:1000])
    return page


def notices(server, client, session):
    """What the operator sees of the notices to an application about a session."""
    return [one for one in server.deployment.json("outbox", "list")
            if (one["kind"], one["client"], one["session"]) == ("backchannel_logout", client, session)]


def wait_for_delivery(server, client, session):
    wait_until(lambda: [one["state"] for one in notices(server, client, session)] == ["delivered"], 180, f"{client} is told")


def test_one_password_for_both_and_one_sign_out_of_both(world, person):
    server, one, two = world
    assert is_out(person, one) and is_out(person, two)
    first = enter(person, one)
    assert first.asked == ["/sign-in"]
    assert (first.response.headers["X-User"], first.response.headers["X-Email"]) == ("anna", "anna@example.com")
    second = enter(person, two)
    assert second.asked == [], "no second password"
    assert second.response.headers["X-User"] == "anna"
    assert second.response.headers["X-Session"] == first.response.headers["X-Session"] != ""
    sign_out(person, one)
    wait_until(lambda: is_out(person, two), 20, "the other application is out too")
    assert is_out(person, one)
    wait_for_delivery(server, "two", first.response.headers["X-Session"])


def test_signing_out_at_the_issuer_and_ending_a_session_reach_both(world, person):
    server, one, two = world
    for ending in ("page", "command"):
        enter(person, one)
        session = enter(person, two).response.headers["X-Session"]
        if ending == "page":
            person.submit(person.open(f"{server.issuer}/logout"), {"decision": "sign_out"})
        else:
            server.deployment.tykva("session", "end", session)
        for apache in (one, two):
            wait_until(lambda apache=apache: is_out(person, apache), 20, f"out after {ending}")


def test_another_persons_session_goes_on(world, person):
    server, one, two = world
    other = Visitor(server, user="boris", verify=server.verify)
    enter(other, one), enter(other, two)
    enter(person, one), enter(person, two)
    sign_out(person, one)
    wait_until(lambda: is_out(person, two), 20, "out")
    assert not is_out(other, one) and not is_out(other, two)


def test_the_logout_token_is_the_sessions(world, person, receiver):
    server, _, _ = world
    listener = Application.of(server, "listener")
    tokens = listener.sign_in(person)
    said = listener.id_token(tokens)
    person.open(f"{server.issuer}/logout?id_token_hint={tokens['id_token']}")
    kind, form = receiver.token_of(said["sid"])
    assert kind == "application/x-www-form-urlencoded" and set(form) == {"logout_token"}
    token = form["logout_token"][0]
    keys = jwt.PyJWKSet.from_dict(server.get("/.well-known/jwks.json").json())
    logout = jwt.decode(
        token, keys[header(token)["kid"]].key, algorithms=["ES256"], issuer=server.issuer, audience="listener",
        options={"require": ["iss", "aud", "iat", "exp", "jti", "events"]})
    # OIDC Back-Channel Logout §2.4.
    assert header(token)["typ"] == "logout+jwt"
    assert (logout["sid"], logout["sub"]) == (said["sid"], said["sub"]) and "nonce" not in logout
    assert logout["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert abs(logout["iat"] - time.time()) < 60 and logout["exp"] - logout["iat"] <= 120
    # It is no ID token and no access token.
    assert server.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert listener.error(person, id_token_hint=token) == "invalid_request"
    assert claims(tokens["id_token"]).get("events") is None


ENDINGS = {
    "the operator ends the session": lambda server, name, tokens, said: server.deployment.tykva("session", "end", said["sid"]),
    "the person is disabled": lambda server, name, tokens, said: server.deployment.tykva("user", "disable", name),
    "the person has a new password": lambda server, name, tokens, said: server.deployment.tykva(
        "user", "password", name, "--password-stdin", stdin="another quite good password\n"),
    "a stolen refresh token is used": lambda server, name, tokens, said: replay(server, tokens["refresh_token"]),
}


def replay(server, token):
    """Two behind the current one: the class `stale`, which ends the session."""
    listener = Application.of(server, "listener")
    successor = listener.refresh(token).json()["refresh_token"]
    assert listener.refresh(successor).status_code == 200
    assert listener.refresh(token).status_code == 400


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_a_session_is_told(world, receiver, ending):
    server, _, _ = world
    name = f"leaving-{list(ENDINGS).index(ending)}"
    server.deployment.add_user(name)
    listener = Application.of(server, "listener")
    tokens = listener.sign_in(Visitor(server, user=name, verify=server.verify))
    said = listener.id_token(tokens)
    ENDINGS[ending](server, name, tokens, said)
    receiver.token_of(said["sid"])
    wait_for_delivery(server, "listener", said["sid"])


def test_an_application_that_hangs_delays_nobody(world, person, receiver):
    """By the order of events: everybody else goes on while the issuer still waits for its answer."""
    server, one, two = world
    listener = Application.of(server, "listener")
    session = listener.id_token(listener.sign_in(person))["sid"]
    other = Visitor(server, user="boris", verify=server.verify)
    for each in (person, other):
        enter(each, one), enter(each, two)
    receiver.events.clear()
    receiver.free.clear()
    began = time.monotonic()
    try:
        sign_out(person, one)
        wait_until(lambda: receiver.events, 20, "the hanging application is being told")
        wait_until(lambda: is_out(person, two), 20, "the other one is out")
        # And somebody who signs out now does not wait behind it.
        sign_out(other, one)
        wait_until(lambda: is_out(other, two), 20, "the other person is out too")
        if time.monotonic() - began < GIVEN_UP_SECONDS - 1:
            assert receiver.events == ["asked"], "only after the hanging application was given up"
        assert enter(person, one).asked == ["/sign-in"]
    finally:
        receiver.free.set()
    wait_for_delivery(server, "listener", session)


def test_an_application_that_is_down_is_told_when_it_is_up_again(world, person):
    server, one, two = world
    enter(person, one)
    session = enter(person, two).response.headers["X-Session"]
    two.stop()
    sign_out(person, one)
    assert is_out(person, one)
    wait_until(lambda: [each for each in notices(server, "two", session) if each["last_error"]], 20, "the operator sees the failure")
    two.start()
    server.deployment.tykva("outbox", "retry", "--all", "--yes")
    # Its sessions were in its memory; what counts is that the notice comes.
    wait_for_delivery(server, "two", session)
