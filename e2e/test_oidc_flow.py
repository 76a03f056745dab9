"""Sign-in by authorization code as OpenID Connect Core says it, on the wire."""

import base64
import concurrent.futures
import json
import time
import urllib.parse

import pytest

from application import CALLBACK, SIGNED_OUT, Application
from clocks import MovingClock
from damage import altered, claims, header
from deployment import BILLING, ORDERS, Deployment, refused
from processes import wait_until
from visitor import Visitor

SQLITE = pytest.mark.engine("sqlite", "about the wire, not the store")


@pytest.fixture(scope="module")
def portal(provider):
    return Application.of(provider, "portal")


@pytest.fixture(scope="module")
def partner(provider):
    return Application.of(provider, "partner")


@pytest.fixture
def later(prepared_provider, tmp_path):
    """A server and its clock, which the test puts forward."""
    clock = MovingClock(tmp_path)
    with Deployment.copy(prepared_provider, tmp_path / "own").serve(**clock.options) as running:
        yield running, clock


# The flow.

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
    assert (said["name"], said["preferred_username"], sorted(said["roles"])) == ("Anna", "anna", ["accountant", "reader"])
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


# The request's parameters.

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


# Codes.

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
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": portal.verifier}
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


# What ends what.

def test_a_disabled_person_is_out_everywhere_and_cannot_come_back(provider, portal, newcomer):
    tokens = portal.sign_in(newcomer, scope="openid offline_access")
    code = portal.code(newcomer)
    provider.deployment.tykva("user", "disable", newcomer.user)
    assert refused(portal.redeem(code)) and refused(portal.refresh(tokens["refresh_token"]))
    assert portal.user_info(tokens["access_token"]).status_code == 401
    assert portal.error(newcomer, prompt="none") == "login_required"
    page = portal.answer(newcomer)
    assert page.path == "/sign-in" and page.asked == ["/sign-in"], "the password is of no use"


def test_a_new_password_ends_every_session(provider, portal, newcomer):
    tokens = portal.sign_in(newcomer, scope="openid offline_access")
    code = portal.code(newcomer)
    provider.deployment.tykva("user", "password", newcomer.user, "--password-stdin", stdin="another quite good password\n")
    assert refused(portal.redeem(code)) and refused(portal.refresh(tokens["refresh_token"]))
    assert portal.error(newcomer, prompt="none") == "login_required"
    assert portal.answer(newcomer).path == "/sign-in"
    newcomer.password = "another quite good password"
    portal.sign_in(newcomer)


def test_a_withdrawn_consent_ends_what_the_application_has(provider, partner, portal, newcomer):
    tokens, others = partner.sign_in(newcomer, scope="openid offline_access"), portal.sign_in(newcomer)
    code = partner.code(newcomer, scope="openid")
    page = newcomer.open(f"{provider.issuer}/account/consents")
    form = next(form for form in page.forms if form.action.startswith("/account/consents/withdraw"))
    fields = form.fields | {name: value for name, value in form.buttons if name}
    newcomer.open(provider.issuer + form.action, form=fields)
    assert refused(partner.redeem(code)) and refused(partner.refresh(tokens["refresh_token"]))
    assert partner.user_info(tokens["access_token"]).status_code == 401
    assert partner.error(newcomer, prompt="none") == "consent_required"
    assert portal.refresh(others["refresh_token"]).status_code == 200, "another application has nothing to do with it"


def test_a_removed_client_is_unknown(provider, newcomer):
    provider.deployment.add_client("brief-life", "--first-party", "--redirect-uri", CALLBACK, "--scope", "openid")
    client = Application.of(provider, "brief-life")
    tokens = client.sign_in(newcomer)
    provider.deployment.tykva("client", "remove", "brief-life")

    def is_unknown():
        page = newcomer.open(client.url(), until=CALLBACK)
        return page.status == 400 and not page.url.startswith(CALLBACK)

    wait_until(is_unknown, 10, "a page for an unknown client")
    assert refused(client.refresh(tokens["refresh_token"]), "invalid_client", 401)
    assert client.user_info(tokens["access_token"]).status_code == 401


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_browser_session_idles_out_and_the_phone_stays_signed_in(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    tokens = portal.sign_in(visitor)
    for _ in range(3):
        clock.advance(11 * 3600)
        assert portal.answer(visitor, prompt="none").asked == [], "each use begins the twelve hours anew"
    clock.advance(12 * 3600 + 60)
    assert portal.error(visitor, prompt="none") == "login_required"
    assert portal.refresh(tokens["refresh_token"]).status_code == 200
    portal.sign_in(visitor)


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_browser_session_ends_after_thirty_days_however_it_is_used(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    portal.sign_in(visitor)
    for _ in range(65):
        clock.advance(11 * 3600)
        assert visitor.open(portal.url(prompt="none"), until=CALLBACK).query.get("code")
    clock.advance(6 * 3600)
    assert portal.error(visitor, prompt="none") == "login_required"


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_form_of_an_hour_ago_begins_again_and_loses_nothing(later):
    server, clock = later
    visitor, partner = Visitor(server), Application.of(server, "partner")
    page = visitor.open(partner.url(scope="openid email"))
    clock.advance(3700)
    page = visitor.submit(page, {"username": "anna", "password": visitor.password}, until=CALLBACK)
    assert page.path == "/sign-in" and page.form, "a form again, which says why"
    page = visitor.submit(page, {"username": "anna", "password": visitor.password}, until=CALLBACK)
    assert page.path == "/consent"
    clock.advance(3700)
    page = visitor.fill_in(visitor.submit(page, {"decision": "allow"}, until=CALLBACK), until=CALLBACK)
    assert claims(partner.redeemed(page.query["code"])["id_token"])["email"] == "anna@example.com"


# Pushed requests.

def push(application, **changes):
    return application.post("/par", application.parameters(**changes))


def test_a_pushed_request_stands_for_the_whole(portal, visitor):
    answer = push(portal, scope="openid email")
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    pushed = answer.json()
    assert set(pushed) == {"request_uri", "expires_in"} and 5 <= pushed["expires_in"] <= 600
    assert pushed["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    url = portal.pushed_url(pushed["request_uri"])
    page = visitor.go(url + "&scope=openid&state=evil&redirect_uri=https://evil.example/", until=CALLBACK)
    assert page.query["state"] == portal.state
    assert portal.id_token(portal.redeemed(page.query["code"]))["email"] == "anna@example.com"
    again = visitor.open(url, until=CALLBACK)
    assert again.status == 400 and not again.url.startswith(CALLBACK), "once only"


def test_a_pushed_request_is_for_its_client_alone(provider, portal, partner, visitor):
    uri = push(portal).json()["request_uri"]
    page = visitor.open(partner.pushed_url(uri), until=CALLBACK)
    assert page.status == 400 and page.path == "/authorize"
    assert set(visitor.go(portal.pushed_url(uri), until=CALLBACK).query) == {"code", "state", "iss"}


def test_a_client_that_must_push_is_refused_without(provider, visitor):
    pushing = Application.of(provider, "pushing")
    assert pushing.error(visitor) == "invalid_request"
    uri = push(pushing).json()["request_uri"]
    page = visitor.go(pushing.pushed_url(uri), until=CALLBACK)
    assert pushing.id_token(pushing.redeemed(page.query["code"]))


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_pushed_request_that_nobody_opens_is_over(later):
    server, clock = later
    visitor, portal = Visitor(server), Application.of(server, "portal")
    pushed = push(portal).json()
    clock.advance(pushed["expires_in"] + 1)
    page = visitor.open(portal.pushed_url(pushed["request_uri"]), until=CALLBACK)
    assert (page.status, page.path) == (400, "/authorize")


@pytest.mark.engine("sqlite", "PostgreSQL has a clock of its own")
def test_a_person_who_is_slow_at_our_pages_still_gets_there(later):
    server, clock = later
    visitor, partner = Visitor(server), Application.of(server, "partner")
    page = visitor.open(partner.pushed_url(push(partner).json()["request_uri"]), until=CALLBACK)
    clock.advance(900)
    page = visitor.fill_in(page, until=CALLBACK)
    assert page.asked == ["/sign-in", "/consent"] and partner.redeem(page.query["code"]).status_code == 200


@SQLITE
@pytest.mark.parametrize(("changes", "error"), [
    ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"scope": 'openid "'}, "invalid_scope"),
])
def test_a_wrong_request_is_refused_when_it_is_pushed(portal, changes, error):
    assert refused(push(portal, **changes), error)


def test_pushing_needs_the_client(provider, portal):
    for options in ({"auth": None}, {"auth": ("portal", "wrong")}, {"auth": ("partner", portal.secret)}):
        answer = provider.post("/par", portal.parameters(client_id=None), **options)
        assert refused(answer, "invalid_client", 401)
    assert provider.get("/par").status_code == 405


# Signing out.

def test_the_application_signs_its_person_out(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    query = urllib.parse.urlencode({
        "id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "a b&c"})
    page = visitor.open(f"{provider.issuer}/logout?{query}", until=SIGNED_OUT)
    assert page.url.startswith(SIGNED_OUT) and page.query == {"state": "a b&c"}
    assert portal.error(visitor, prompt="none") == "login_required"
    assert not visitor.cookie("__Host-tykva-session")
    assert refused(portal.refresh(tokens["refresh_token"]))
    assert portal.user_info(tokens["access_token"]).status_code == 401


def test_offline_access_outlives_signing_out(provider, portal, visitor):
    kept = portal.sign_in(visitor, scope="openid offline_access")
    visitor.open(f"{provider.issuer}/logout?{urllib.parse.urlencode({'id_token_hint': kept['id_token']})}")
    assert portal.error(visitor, prompt="none") == "login_required"
    again = portal.refresh(kept["refresh_token"])
    assert again.status_code == 200 and portal.user_info(again.json()["access_token"]).status_code == 200


def test_signing_out_asks_when_it_is_not_sure_who_wants_it(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    stranger = Visitor(provider, user="boris")
    foreign = portal.sign_in(stranger)
    for query in ("", "client_id=portal", f"id_token_hint={foreign['id_token']}"):
        page = visitor.open(f"{provider.issuer}/logout?{query}", until=SIGNED_OUT)
        assert page.status == 200 and page.form, query
        assert portal.answer(visitor, prompt="none").asked == [], "still signed in"
    page = visitor.submit(visitor.open(f"{provider.issuer}/logout"), {"decision": "sign_out"})
    assert page.status == 200
    assert portal.error(visitor, prompt="none") == "login_required"
    assert refused(portal.refresh(tokens["refresh_token"]))


def test_signing_out_takes_a_form_and_an_expired_hint_and_a_client_id(provider, portal, visitor):
    tokens = portal.sign_in(visitor)
    form = {"id_token_hint": tokens["id_token"], "client_id": "portal", "post_logout_redirect_uri": SIGNED_OUT}
    page = visitor.open(f"{provider.issuer}/logout", form=form, until=SIGNED_OUT)
    assert page.url == SIGNED_OUT
    # Once more, when nobody is signed in any more: the person still comes back.
    assert visitor.open(f"{provider.issuer}/logout", form=form, until=SIGNED_OUT).url == SIGNED_OUT


def test_another_browser_of_the_same_person_stays_signed_in(provider, portal, visitor):
    phone = Visitor(provider, agent="Phone/1.0")
    here, there = portal.sign_in(visitor), portal.sign_in(phone)
    assert portal.id_token(there)["sid"] != claims(here["id_token"])["sid"]
    visitor.open(f"{provider.issuer}/logout?id_token_hint={here['id_token']}")
    assert portal.error(visitor, prompt="none") == "login_required"
    assert portal.answer(phone, prompt="none").asked == []
    assert portal.refresh(there["refresh_token"]).status_code == 200


# Secrets.

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
            "the pushed request": pushed.rsplit(":", 1)[1], "a form's token": token, "the code": code, "the verifier": partner.verifier,
            "the session's cookie": visitor.cookie("__Host-tykva-session"), "the form's cookie": visitor.cookie("__Host-tykva-form"),
            "the client's secret": partner.secret, "the password": visitor.password, "another password": "wr0ng-passw0rd"}
        secrets |= {f"{name} {n}": each[name] for n, each in enumerate((tokens, again)) for name in ("access_token", "refresh_token", "id_token")}
        visitor.open(f"{server.issuer}/logout?id_token_hint={tokens['id_token']}")
        page = visitor.open(f"{server.issuer}/sign-in")
        visitor.submit(page, {"username": "anna", "password": "wr0ng-passw0rd"})
        written = {"the log": server.errors + server.output, "the audit log": str(deployment.audit()), "the store": deployment.dump()}
    for place, text in written.items():
        assert len(text) > 100, place
        for what, secret in secrets.items():
            assert secret not in text and urllib.parse.quote(secret) not in text, f"{what} is in {place}"
