"""Sign-in by authorization code as OpenID Connect Core says it, on the wire; and where its secrets are not."""

import time
import urllib.parse

from application import CALLBACK, Application
from damage import claims, header
from deployment import BILLING, ORDERS, Deployment, refused
from oidc_parties import portal  # noqa: F401
from test_oidc_pushed_requests import push
from visitor import Visitor


def test_a_code_buys_tokens_that_say_who_signed_in(portal, visitor):
    before = int(time.time())
    answer = portal.redeem(portal.code(visitor, scope="openid profile orders:read"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer" and set(tokens["scope"].split()) == {"openid", "profile", "orders:read"}
    said = portal.id_token(tokens)
    access = claims(tokens["access_token"])
    assert header(tokens["id_token"])["typ"] == "JWT" and header(tokens["access_token"])["typ"] == "at+jwt"
    assert said["aud"] == "portal" and sorted(access["aud"]) == sorted([ORDERS, portal.server.issuer])
    assert all(said[name] == access[name] for name in ("iss", "sub", "sid", "auth_time", "amr"))
    assert before <= said["auth_time"] <= said["iat"] < said["exp"]
    assert (said["amr"], said["acr"]) == (["pwd"], "urn:tykva:acr:password")
    assert (said["name"], said["preferred_username"], sorted(said["roles"])) == (
        "Anna", "anna", ["accountant", "reader"])
    assert "email" not in said


def test_a_second_application_needs_no_second_password(provider, portal, visitor):
    first = portal.sign_in(visitor)
    spa = Application.of(provider, "spa")
    page = spa.answer(visitor)
    assert page.asked == []
    second = spa.redeemed(page.query["code"])
    one, other = portal.id_token(first), spa.id_token(second)
    assert all(one[name] == other[name] for name in ("sub", "sid", "auth_time"))


def test_refreshing_gives_an_id_token_of_the_same_sign_in(portal, visitor):
    tokens = portal.sign_in(visitor, scope="openid email")
    before = portal.id_token(tokens)
    answer = portal.refresh(tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    after = portal.id_token(answer.json(), nonce=None)
    # OIDC Core §12.2.
    assert all(before[name] == after[name] for name in ("iss", "sub", "aud", "auth_time", "sid", "azp"))
    assert after["email"] == "anna@example.com"
    assert answer.json()["refresh_token"] != tokens["refresh_token"]


def test_without_openid_there_is_no_id_token_and_no_user_info(portal, visitor):
    tokens = portal.sign_in(visitor, scope="orders:read")
    assert "id_token" not in tokens
    assert "id_token" not in portal.refresh(tokens["refresh_token"]).json()
    answer = portal.user_info(tokens["access_token"])
    assert answer.status_code in (401, 403) and 'error="' in answer.headers["WWW-Authenticate"]


def test_a_client_without_the_refresh_grant_gets_no_refresh_token(provider, visitor):
    brief = Application.of(provider, "brief")
    tokens = brief.sign_in(visitor, scope="openid offline_access")
    assert "refresh_token" not in tokens and "offline_access" not in tokens["scope"]
    assert brief.user_info(tokens["access_token"]).status_code == 200


def test_a_resource_is_the_audience_of_what_the_code_buys(portal, visitor):
    tokens = portal.sign_in(visitor, scope="orders:read", resource=BILLING)
    assert claims(tokens["access_token"])["aud"] == BILLING
    assert portal.error(visitor, resource="https://elsewhere.example") == "invalid_target"
    assert refused(portal.redeem(portal.code(visitor, resource=BILLING), resource=ORDERS), "invalid_target")


def test_an_unregistered_scope_is_dropped(portal, visitor):
    assert portal.sign_in(visitor, scope="openid orders:write nonsense")["scope"] == "openid"


def test_no_secret_of_a_sign_in_is_written_down(prepared_provider, tmp_path):
    deployment = Deployment.copy(prepared_provider, tmp_path / "own")
    with deployment.serve(environment={"TYKVA_LOG_LEVEL": "trace"}) as server:
        visitor, partner = Visitor(server), Application.of(server, "partner")
        pushed = push(partner).json()["request_uri"]
        page = visitor.open(partner.pushed_url(pushed), until=CALLBACK)
        token = page.form.fields["form"]
        page = visitor.fill_in(page, until=CALLBACK)
        code = page.query["code"]
        assert partner.redeem(code, code_verifier="v" * 43).status_code == 400
        tokens = partner.redeemed(code)
        partner.user_info(tokens["access_token"])
        again = partner.refresh(tokens["refresh_token"]).json()
        secrets = {
            "the pushed request": pushed.rsplit(":", 1)[1], "a form's token": token, "the code": code,
            "the verifier": partner.verifier, "the session's cookie": visitor.cookie("__Host-tykva-session"),
            "the form's cookie": visitor.cookie("__Host-tykva-form"), "the client's secret": partner.secret,
            "the password": visitor.password, "another password": "wr0ng-passw0rd"}
        secrets |= {
            f"{name} {n}": each[name] for n, each in enumerate((tokens, again))
            for name in ("access_token", "refresh_token", "id_token")}
        visitor.open(f"{server.issuer}/logout?id_token_hint={tokens['id_token']}")
        page = visitor.open(f"{server.issuer}/sign-in")
        visitor.submit(page, {"username": "anna", "password": "wr0ng-passw0rd"})
        written = {
            "the log": server.errors + server.output, "the audit log": str(deployment.audit()),
            "the store": deployment.dump()}
    for place, text in written.items():
        assert len(text) > 100, place
        for what, secret in secrets.items():
            assert secret not in text and urllib.parse.quote(secret) not in text, f"{what} is in {place}"
