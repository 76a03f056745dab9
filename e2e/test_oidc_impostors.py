"""Impostors with somebody else's code, token, verifier or secret: the rows P03, P05, P06 and P08 of the threat list."""

import base64
import http.client
import urllib.parse

import pytest

from application import CALLBACK, challenge_of
from deployment import ORDERS, refused
from oidc_parties import SQLITE, partner, portal, signed_in, spa  # noqa: F401
from processes import PATIENCE
from visitor import Visitor


# P03: a code or refresh token of another client.

def test_p03_a_code_of_another_client_buys_nothing(portal, partner, spa, signed_in):
    code = portal.code(signed_in)
    for thief in (partner, spa):
        thief.verifier = portal.verifier
        assert refused(thief.redeem(code))
    portal.redeemed(code)


def test_p03_a_refresh_token_of_another_client_buys_nothing(portal, partner, spa, signed_in):
    token = portal.redeemed(portal.code(signed_in))["refresh_token"]
    assert refused(partner.refresh(token)) and refused(spa.refresh(token))
    assert portal.refresh(token).status_code == 200, "a stranger ends nothing"


def test_p03_revoking_another_clients_token_ends_nothing(portal, partner, signed_in):
    token = portal.redeemed(portal.code(signed_in))["refresh_token"]
    partner.post("/revoke", {"token": token})
    assert portal.refresh(token).status_code == 200


@SQLITE
def test_an_audience_that_is_not_the_clients_is_not_had_by_a_code(provider, spa, signed_in):
    assert spa.error(signed_in, resource=ORDERS) == "invalid_target"


# P05: codes used twice, late, for another redirect URI. (Expiry: test_oidc_codes.py, with a clock that moves.)

def test_p05_a_code_is_used_once_at_once_and_later(portal, signed_in):
    code = portal.code(signed_in)
    tokens = portal.redeemed(code)
    for _ in range(2):
        assert refused(portal.redeem(code))
    assert refused(portal.refresh(tokens["refresh_token"])), "what it bought is ended"


def test_p05_a_thief_who_replays_a_code_without_the_rest_ends_nothing(portal, partner, signed_in):
    code = portal.code(signed_in)
    tokens = portal.redeemed(code)
    partner.verifier = portal.verifier
    assert refused(partner.redeem(code))
    assert refused(portal.redeem(code, code_verifier="v" * 43))
    assert refused(portal.redeem(code, redirect_uri=CALLBACK + "/"))
    assert portal.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("uri", [
    CALLBACK + "/", CALLBACK + "?", CALLBACK + "#", CALLBACK.upper(), CALLBACK + "%00", "http://127.0.0.1/callback",
    "http://127.0.0.1:10/callback", "https://evil.example/", ""])
@SQLITE
def test_p05_another_redirect_uri_at_the_token_endpoint(portal, signed_in, uri):
    code = portal.code(signed_in)
    assert portal.redeem(code, redirect_uri=uri).status_code == 400
    portal.redeemed(code)


@SQLITE
def test_p05_codes_that_are_none(portal, signed_in):
    good = portal.code(signed_in)
    for code in [
            "x", good[:-1], good + "A", good.swapcase(), good + "=", " " + good, "ä" * 40, "A" * 4000,
            good.split("_")[1]]:
        assert refused(portal.redeem(code)), code
    assert refused(portal.redeem(""), "invalid_request")
    portal.redeemed(good)


# P06: PKCE.

@SQLITE
@pytest.mark.parametrize("changes", [
    {"code_challenge": None}, {"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": None},
    {"code_challenge_method": "plain"}, {"code_challenge_method": "s256"}, {"code_challenge_method": "S512"},
    {"code_challenge": ""}, {"code_challenge": "short"}, {"code_challenge": "a" * 42}, {"code_challenge": "A" * 44},
    {"code_challenge": "A" * 128}, {"code_challenge": "+" * 43}, {"code_challenge": challenge_of("x")[:-1] + "B"},
])
def test_p06_a_request_without_a_good_s256_challenge_is_refused(portal, spa, signed_in, changes):
    for application in (portal, spa):
        assert application.error(signed_in, **changes) == "invalid_request"


@SQLITE
@pytest.mark.parametrize("wrong", [
    None, "", "v" * 42, "v" * 129, "v" * 42 + "+", "v" * 42 + "ä", "challenge", "prefix"])
def test_p06_a_verifier_that_is_left_out_or_wrong(portal, spa, wrong, provider):
    visitor = Visitor(provider)
    for application in (portal, spa):
        code = application.code(visitor)
        good = application.verifier
        text = {"challenge": challenge_of(good), "prefix": good[:-1]}.get(wrong, wrong)
        answer = application.redeem(code, code_verifier=text)
        assert refused(answer) or refused(answer, "invalid_request")
        application.redeemed(code)


# P08: client authentication.

def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_p08_client_authentication_that_is_empty_missing_doubled_or_anothers(provider, portal, partner, signed_in):
    code = portal.code(signed_in)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
    good = basic(f"portal:{portal.secret}")
    cases = {
        "nothing": ({}, {}), "an empty secret": ({}, basic("portal:")), "no colon": ({}, basic("portal")),
        "nobody": ({}, basic(":")), "another's secret": ({}, basic(f"portal:{partner.secret}")),
        "half a secret": ({}, basic(f"portal:{portal.secret[:-1]}")),
        "an unknown client": ({}, basic(f"x:{portal.secret}")),
        "upper case": ({}, basic(f"PORTAL:{portal.secret}")), "not base64": ({}, {"Authorization": "Basic !!!"}),
        "another scheme": ({}, {"Authorization": f"Bearer {portal.secret}"}),
        "an empty header": ({}, {"Authorization": ""}), "an id alone": ({"client_id": "portal"}, {}),
        "an empty posted secret": ({"client_id": "portal", "client_secret": ""}, {}),
        "another's posted secret": ({"client_id": "portal", "client_secret": partner.secret}, {}),
        "a secret without an id": ({"client_secret": portal.secret}, {}),
        "two ways": ({"client_id": "portal", "client_secret": portal.secret}, good),
        "two clients": ({"client_id": "partner"}, good),
        "a secret and an assertion": ({
            "client_assertion": "e30.e30.",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, good),
    }
    for what, (more, headers) in cases.items():
        answer = provider.post("/token", form | more, headers=headers)
        body = answer.json()
        assert (answer.status_code, body["error"]) in ((401, "invalid_client"), (400, "invalid_request")), (what, body)
        assert set(body) <= {"error", "error_description"}, what
        if answer.status_code == 401 and "Authorization" in headers:
            assert answer.headers["WWW-Authenticate"].startswith("Basic "), what
    assert provider.post("/token", form, headers=good).status_code == 200


@SQLITE
def test_p08_two_authorization_headers_are_refused(provider, portal, signed_in):
    code = portal.code(signed_in)
    form = urllib.parse.urlencode({
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier})
    connection = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=PATIENCE)
    connection.putrequest("POST", "/token")
    for _ in range(2):
        connection.putheader("Authorization", basic(f"portal:{portal.secret}")["Authorization"])
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(form)))
    connection.endheaders(form.encode())
    answer = connection.getresponse()
    assert answer.status in (400, 401) and "access_token" not in answer.read().decode()
    connection.close()
    portal.redeemed(code)


@SQLITE
def test_p08_an_unknown_client_and_a_wrong_secret_get_the_same_answer(provider):
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK, "code_verifier": "v" * 43}
    answers = [
        provider.post("/token", form, auth=pair)
        for pair in (("portal", "wrong"), ("unknown", "wrong"), ("spa", "wrong"))]
    assert len({(answer.status_code, answer.text, answer.headers["WWW-Authenticate"]) for answer in answers}) == 1
