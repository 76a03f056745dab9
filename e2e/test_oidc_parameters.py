"""The parameters of an authorization request, one by one, as OpenID Connect Core says them."""

import json
import time

import pytest

from application import CALLBACK, Application
from damage import altered, claims
from deployment import refused
from oidc_parties import SQLITE, later, partner, portal  # noqa: F401
from visitor import Visitor


@SQLITE
def test_authorize_takes_a_form_too(provider, portal, visitor):
    page = visitor.open(f"{provider.issuer}/authorize", form=portal.parameters(), until=CALLBACK)
    page = visitor.fill_in(page, until=CALLBACK)
    assert portal.id_token(portal.redeemed(page.query["code"]))


def test_prompt_none_shows_nothing(portal, partner, newcomer):
    visitor = newcomer
    assert portal.error(visitor, prompt="none") == "login_required"
    portal.sign_in(visitor)
    page = portal.answer(visitor, prompt="none")
    assert page.asked == [] and set(page.query) == {"code", "state", "iss"}
    assert partner.error(visitor, prompt="none") == "consent_required"
    partner.sign_in(visitor)
    partner.sign_in(visitor, prompt="none")
    assert partner.error(visitor, prompt="none", scope="openid email") == "consent_required"


@SQLITE
def test_prompt_none_allows_no_other(portal, visitor):
    assert portal.error(visitor, prompt="none login") == "invalid_request"
    assert portal.error(visitor, prompt="nonsense") == "invalid_request"


def test_prompt_login_asks_again(portal, visitor):
    first = portal.id_token(portal.sign_in(visitor))
    cookie = visitor.cookie("__Host-tykva-session")
    time.sleep(1.1)
    page = portal.answer(visitor, prompt="login")
    assert page.asked == ["/sign-in"]
    second = portal.id_token(portal.redeemed(page.query["code"]))
    assert second["auth_time"] > first["auth_time"]
    assert second["sid"] == first["sid"], "the same person goes on in the same session"
    assert visitor.cookie("__Host-tykva-session") != cookie, "each sign-in makes a new cookie"


def test_prompt_consent_asks_again(partner, newcomer):
    visitor = newcomer
    assert partner.answer(visitor).asked == ["/sign-in", "/consent"]
    assert partner.answer(visitor).asked == []
    assert partner.answer(visitor, prompt="consent").asked == ["/consent"]
    assert partner.answer(visitor, scope="openid email").asked == ["/consent"], "more is asked for"
    assert partner.answer(visitor, scope="openid email").asked == []


def test_consent_that_is_denied_is_told(partner, newcomer):
    assert partner.error(newcomer, decision="deny") == "access_denied"
    assert partner.error(newcomer, prompt="none") == "consent_required"


def test_prompt_select_account_lets_another_person_in(portal, visitor):
    tokens = portal.sign_in(visitor)
    anna = portal.id_token(tokens)
    page = portal.answer(visitor, prompt="select_account")
    assert page.asked == ["/select-account"]
    assert portal.id_token(portal.redeemed(page.query["code"]))["sub"] == anna["sub"]
    visitor.user = "boris"
    page = portal.answer(visitor, prompt="select_account", account="other")
    assert page.asked == ["/select-account", "/sign-in"]
    boris = portal.id_token(portal.redeemed(page.query["code"]))
    assert boris["sub"] != anna["sub"] and boris["sid"] != anna["sid"]
    assert refused(portal.refresh(tokens["refresh_token"])), "who was signed in before is signed out"


def test_max_age_zero_always_asks(portal, visitor):
    portal.sign_in(visitor)
    time.sleep(1.1)
    assert portal.answer(visitor, max_age="0").asked == ["/sign-in"]
    time.sleep(1.1)
    assert portal.error(visitor, max_age="0", prompt="none") == "login_required"
    assert portal.answer(visitor, max_age="3600").asked == []


@SQLITE
@pytest.mark.parametrize("age", ["-1", "1.5", "soon", "9" * 30])
def test_max_age_that_is_no_number_is_refused(portal, visitor, age):
    assert portal.error(visitor, max_age=age) == "invalid_request"


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_max_age_counts_from_the_sign_in(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    first = portal.id_token(portal.sign_in(visitor, max_age="3600"))
    clock.advance(3000)
    assert portal.answer(visitor, max_age="3600", prompt="none").asked == []
    clock.advance(1000)
    assert portal.error(visitor, max_age="3600", prompt="none") == "login_required"
    page = portal.answer(visitor, max_age="3600")
    assert page.asked == ["/sign-in"]
    assert claims(portal.redeemed(page.query["code"])["id_token"])["auth_time"] >= first["auth_time"] + 4000


def test_id_token_hint_names_whom_the_application_expects(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    hint = tokens["id_token"]
    assert portal.answer(visitor, id_token_hint=hint, prompt="none").asked == []
    stranger = Visitor(provider, user="boris")
    portal.sign_in(stranger)
    assert portal.error(stranger, id_token_hint=hint, prompt="none") == "login_required"
    # Somebody else signs in all the same: the application must not get a code for them.
    assert portal.error(stranger, id_token_hint=hint) == "login_required"
    stranger.user = "anna"
    page = portal.answer(stranger, id_token_hint=hint)
    assert portal.id_token(portal.redeemed(page.query["code"]))["sub"] == claims(hint)["sub"]
    for wrong in [tokens["access_token"], "garbage", *altered(hint).values()]:
        assert portal.error(visitor, id_token_hint=wrong) == "invalid_request"


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_an_expired_id_token_is_still_a_hint(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    hint = portal.sign_in(visitor)["id_token"]
    clock.advance(3600)
    assert portal.answer(visitor, id_token_hint=hint, prompt="none").asked == []


@SQLITE
def test_login_hint_is_in_the_form(portal, visitor):
    page = visitor.open(portal.url(login_hint='bo"ris<b>'))
    assert page.form.fields["username"] == 'bo"ris<b>'
    assert "ris<b>" not in page.text


@SQLITE
def test_ui_locales_chooses_the_language(portal, visitor):
    russian, english = (visitor.open(portal.url(ui_locales=language)) for language in ("xx ru", "en ru"))
    assert '<html lang="ru"' in russian.text and '<html lang="en"' in english.text
    assert visitor.open(portal.url(), headers={"Accept-Language": "ru,en;q=0.5"}).text.count('<html lang="ru"') == 1


@SQLITE
def test_acr_values_are_voluntary_and_an_essential_acr_is_not(portal, visitor):
    assert portal.id_token(portal.sign_in(visitor, acr_values="urn:none:such"))["acr"] == "urn:tykva:acr:password"
    wanted = {"id_token": {"acr": {"essential": True, "values": ["urn:none:such"]}}}
    assert portal.error(visitor, claims=json.dumps(wanted)) == "unmet_authentication_requirements"


@SQLITE
def test_form_post_is_a_form_that_leads_to_the_application(portal, visitor):
    page = visitor.go(portal.url(response_mode="form_post"), until=CALLBACK)
    assert page.status == 200 and page.form.action == CALLBACK and page.form.method == "post"
    fields = page.form.fields
    assert set(fields) == {"code", "state", "iss"} and fields["state"] == portal.state
    assert page.response.headers["Cache-Control"] == "no-store"
    assert portal.id_token(portal.redeemed(fields["code"]))
    page = visitor.open(portal.url(response_mode="form_post", scope="openid", prompt="none login"), until=CALLBACK)
    assert page.form.fields["error"] == "invalid_request" and page.form.fields["state"] == portal.state


@SQLITE
@pytest.mark.parametrize(("changes", "error"), [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "id_token token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"request_uri": "https://evil.example/request"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"nonce": "n" * 600}, "invalid_request"),
    ({"scope": 'openid "'}, "invalid_scope"),
])
def test_a_request_is_refused_in_the_words_of_the_standard(portal, visitor, changes, error):
    assert portal.error(visitor, **changes) == error
    assert portal.error(visitor, **changes, prompt="none") == error


@SQLITE
def test_state_comes_back_byte_for_byte_and_may_be_missing(portal, visitor):
    for state in ("ä&=#%00\u2028 +\"'<x>", "x" * 2000):
        page = portal.answer(visitor, state=state)
        assert page.query["state"] == state
    assert set(portal.answer(visitor, state=None).query) == {"code", "iss"}


@SQLITE
def test_an_application_on_a_device_is_answered_by_its_own_scheme(provider, visitor):
    provider.deployment.add_client(
        "device", "--public", "--redirect-uri", "com.example.device:/callback", "--scope", "openid")
    device = Application(provider, "device", redirect_uri="com.example.device:/callback")
    page = visitor.open(device.url())
    assert "com.example.device:" in page.response.headers["Content-Security-Policy"]
    page = visitor.fill_in(page, until=device.redirect_uri)
    assert page.asked == ["/sign-in", "/consent"] and device.id_token(device.redeemed(page.query["code"]))


def test_offline_access_of_anothers_application_is_asked_for_like_any_scope(partner, newcomer):
    """OIDC Core §11 wants a consent that covers it; it is remembered, and withdrawn on the account pages."""
    assert partner.answer(newcomer, scope="openid").asked == ["/sign-in", "/consent"]
    assert partner.error(newcomer, scope="openid offline_access", prompt="none") == "consent_required"
    assert partner.answer(newcomer, scope="openid offline_access").asked == ["/consent"]
    assert partner.answer(newcomer, scope="openid offline_access").asked == []
