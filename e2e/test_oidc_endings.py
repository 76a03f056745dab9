"""What ends what: people disabled, passwords changed, consent withdrawn, clients removed, time, and signing out."""

import urllib.parse

import pytest

from application import CALLBACK, SIGNED_OUT, Application
from damage import claims
from deployment import refused
from oidc_parties import later, partner, portal  # noqa: F401
from processes import wait_until
from visitor import Visitor


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
    provider.deployment.tykva(
        "user", "password", newcomer.user, "--password-stdin", stdin="another quite good password\n")
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
