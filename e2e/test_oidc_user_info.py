"""What an application hears of a person: by UserInfo, for the scopes and the `claims` that it asked for."""

import json

import pytest

from damage import altered, claims
from deployment import refused
from oidc_parties import SQLITE, portal  # noqa: F401
from visitor import Visitor


def test_user_info_says_what_the_scopes_allow_by_get_and_post(provider, portal):
    visitor = Visitor(provider, user="clara")
    everything = "openid profile email phone address"
    tokens = portal.sign_in(visitor, scope=everything)
    answer = portal.user_info(tokens["access_token"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "sub": portal.id_token(tokens)["sub"], "name": "Клара Цеткин", "preferred_username": "clara",
        "birthdate": "1857-07-05", "email": "clara@example.com", "email_verified": False, "phone_number": "+4912345",
        "address": {"country": "DE", "locality": "Wiederau"}, "roles": ["reader"]}
    for options in (
        {"form": {"access_token": tokens["access_token"]}},
        {"form": None, "headers": {"Authorization": f"Bearer {tokens['access_token']}"}},
    ):
        assert provider.post("/userinfo", **options).json() == answer.json()
    less = portal.user_info(portal.sign_in(visitor, scope="openid email")["access_token"]).json()
    assert set(less) == {"sub", "email", "email_verified", "roles"}
    assert "email" not in claims(tokens["access_token"])


def test_user_info_refuses_whatever_is_no_access_token_for_it(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    wrong = altered(tokens["access_token"]) | {
        "an ID token": tokens["id_token"], "a refresh token": tokens["refresh_token"], "garbage": "garbage",
        "a client's own": provider.post(
            "/token", {"grant_type": "client_credentials"}, auth=("worker", provider.deployment.secrets["worker"])
        ).json()["access_token"]}
    for what, token in wrong.items():
        answer = portal.user_info(token)
        assert answer.status_code == 401, what
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], what
    nothing = provider.get("/userinfo")
    assert (nothing.status_code, "error=" in nothing.headers["WWW-Authenticate"]) == (401, False)
    # RFC 6750 §2.3: never in the address.
    assert provider.get("/userinfo", params={"access_token": tokens["access_token"]}).status_code == 401


@SQLITE
def test_user_info_that_is_asked_in_two_ways_at_once_is_malformed(provider, portal, visitor):
    """RFC 6750 §3.1: more than one way is `invalid_request`, 400; so is a header that is not Bearer and a token."""
    token = portal.sign_in(visitor)["access_token"]
    two = provider.post("/userinfo", {"access_token": token}, headers={"Authorization": f"Bearer {token}"})
    odd = provider.get("/userinfo", headers={"Authorization": f"Basic {token}"})
    for answer in (two, odd):
        assert answer.status_code == 400 and 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


def test_user_info_ends_with_the_session(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    provider.deployment.tykva("session", "end", portal.id_token(tokens)["sid"])
    answer = portal.user_info(tokens["access_token"])
    assert answer.status_code == 401 and 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert refused(portal.refresh(tokens["refresh_token"]))
    assert portal.error(visitor, prompt="none") == "login_required"


def test_claims_are_given_one_by_one_where_they_were_asked_for(provider, portal):
    visitor = Visitor(provider, user="clara")
    wanted = {"id_token": {"email": None}, "userinfo": {"phone_number": {"essential": True}, "nonsense": None}}
    tokens = portal.sign_in(visitor, scope="openid", claims=json.dumps(wanted))
    said, info = portal.id_token(tokens), portal.user_info(tokens["access_token"]).json()
    assert said["email"] == "clara@example.com" and "phone_number" not in said and "name" not in said
    assert info["phone_number"] == "+4912345" and not {"email", "name", "nonsense"} & set(info)
    again = portal.refresh(tokens["refresh_token"]).json()
    assert portal.user_info(again["access_token"]).json() == info, "also after a refresh"


@SQLITE
def test_claims_ask_for_a_person(provider, portal, visitor):
    subject = portal.id_token(portal.sign_in(visitor))["sub"]
    wanted = json.dumps({"id_token": {"sub": {"value": subject}}})
    assert portal.answer(visitor, claims=wanted, prompt="none").asked == []
    other = json.dumps({"id_token": {"sub": {"value": "u_" + "0" * 32}}})
    assert portal.error(visitor, claims=other, prompt="none") == "login_required"


@SQLITE
@pytest.mark.parametrize("wrong", ["{", "[]", '"x"', '{"id_token":[]}', '{"id_token":{},"id_token":{}}', "[" * 1000])
def test_claims_that_are_no_claims_are_refused(portal, visitor, wrong):
    assert portal.error(visitor, claims=wrong) == "invalid_request"
