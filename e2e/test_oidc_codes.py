"""Authorization codes: used once, within a minute, by the client that they are for."""

import base64
import concurrent.futures
import urllib.parse

import pytest

from application import CALLBACK, Application
from deployment import refused
from oidc_parties import SQLITE, later, portal  # noqa: F401
from visitor import Visitor


def test_the_second_use_of_a_code_ends_what_the_first_one_bought(portal, visitor):
    code = portal.code(visitor, scope="openid offline_access")
    tokens = portal.redeemed(code)
    assert refused(portal.redeem(code))
    assert refused(portal.refresh(tokens["refresh_token"]))
    assert portal.user_info(tokens["access_token"]).status_code == 401
    # The person and their other applications have nothing to do with it.
    assert portal.answer(visitor, prompt="none").asked == []


def test_of_ten_uses_of_a_code_at_once_at_most_one_wins_and_none_of_it_lives_on(portal, visitor):
    code = portal.code(visitor)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: portal.redeem(code), range(10)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert all(refused(answer) for answer in answers if answer.status_code != 200)
    assert refused(portal.refresh(won[0]["refresh_token"]))


def test_what_is_wrong_about_a_redemption_does_not_burn_the_code(provider, portal, visitor):
    code = portal.code(visitor)
    partner, spa = Application.of(provider, "partner"), Application.of(provider, "spa")
    for stranger in (partner, spa):
        stranger.verifier = portal.verifier
        assert refused(stranger.redeem(code))
    assert refused(portal.redeem(code, redirect_uri=CALLBACK + "/"))
    assert refused(portal.redeem(code, redirect_uri=None), "invalid_request")
    assert refused(portal.redeem(code, code_verifier="v" * 43))
    assert refused(portal.redeem(code, code_verifier=None), "invalid_request")
    assert refused(portal.redeem(code, auth=("portal", "wrong")), "invalid_client", 401)
    assert refused(portal.redeem(code, scope="openid orders:write"), "invalid_scope")
    assert portal.id_token(portal.redeemed(code))


def test_basic_that_fails_then_post_that_works(provider, portal, visitor):
    code = portal.code(visitor)
    failed = portal.redeem(code, auth=("portal", "wrong"))
    assert refused(failed, "invalid_client", 401) and failed.headers["WWW-Authenticate"].startswith("Basic ")
    worked = portal.redeem(code, auth=None, client_secret=portal.secret)
    assert worked.status_code == 200, worked.text


@SQLITE
def test_basic_credentials_are_form_decoded(portal, visitor):
    encoded = base64.b64encode(
        "".join(f"%{byte:02X}" for byte in b"portal").encode() + b":"
        + urllib.parse.quote_plus(portal.secret).replace("_", "%5F").encode()).decode()
    code = portal.code(visitor)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
    answer = portal.server.post("/token", form, headers={"Authorization": f"Basic {encoded}"})
    assert answer.status_code == 200, answer.text


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_code_is_good_for_a_minute(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    code = portal.code(visitor)
    clock.advance(30)
    portal.redeemed(code)
    code = portal.code(visitor)
    clock.advance(61)
    assert refused(portal.redeem(code))


def test_a_code_ends_with_the_session_it_is_of(provider, portal, visitor):
    sid = portal.id_token(portal.sign_in(visitor))["sid"]
    code = portal.code(visitor)
    provider.deployment.tykva("session", "end", sid)
    assert refused(portal.redeem(code))
