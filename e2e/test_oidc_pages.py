"""Our pages on the way to a code: forms sent twice, late or changed, two tabs, no cookies, wrong passwords."""

import re

import pytest

from application import CALLBACK, Application
from damage import claims
from oidc_parties import SQLITE, later, partner, portal  # noqa: F401
from visitor import Visitor


@SQLITE
def test_a_form_that_is_sent_twice_does_no_harm(provider, portal):
    visitor = Visitor(provider)
    form = visitor.open(portal.url())
    pages = [visitor.submit(form, {"username": "anna", "password": visitor.password}, until=CALLBACK) for _ in range(2)]
    assert all("code" in page.query for page in pages) and pages[0].query["code"] != pages[1].query["code"]


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


@SQLITE
def test_two_tabs_sign_in_at_once(provider, portal, partner):
    visitor = Visitor(provider)
    first, second = portal.url(), partner.url()
    one, other = visitor.open(first), visitor.open(second)
    for page, application in ((one, portal), (other, partner)):
        page = visitor.fill_in(page, until=CALLBACK)
        assert application.redeem(page.query["code"]).status_code == 200


@SQLITE
def test_a_ticket_that_was_changed_begins_again_with_the_same_request(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url(prompt="login"))
    changes = [
        lambda url: url[:-1] + ("A" if url[-1] != "A" else "B"), lambda url: url[: url.index("&tykva_ticket")],
        lambda url: url.replace("scope=openid", "scope=openid+email")]
    for change in changes:
        again = visitor.open(change(page.url), until=CALLBACK)
        assert visitor.is_at(again, "/sign-in") and again.form.fields["username"] == ""
        assert [status for status, _ in visitor.steps][0] == 303


@SQLITE
def test_without_cookies_the_page_says_so(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url())
    visitor.session.cookies.clear()
    page = visitor.submit(page, {"username": "anna", "password": visitor.password}, until=CALLBACK)
    assert page.path == "/sign-in" and "cookie" in page.text.lower() and page.form
    assert visitor.fill_in(page, until=CALLBACK).url.startswith(CALLBACK), "and works once they are on"


@SQLITE
def test_a_wrong_password_keeps_the_way_and_the_name(provider, portal):
    visitor = Visitor(provider)
    page = visitor.open(portal.url(scope="openid email"))
    page = visitor.submit(page, {"username": "anna", "password": "wrong"}, until=CALLBACK)
    assert page.path == "/sign-in" and page.form.fields["username"] == "anna" and page.form.fields["password"] == ""
    unknown = visitor.submit(page, {"username": "nobody", "password": "wrong"}, until=CALLBACK)

    def problem(text):
        return re.search(r'role="alert".*?</div>', text, re.DOTALL)[0]

    assert problem(unknown.text) == problem(page.text)
    page = visitor.fill_in(unknown, until=CALLBACK)
    assert "email" in portal.id_token(portal.redeemed(page.query["code"]))


@SQLITE
def test_nobody_goes_on_without_the_password(provider, portal, partner):
    """Straight to the later pages, or to the code."""
    visitor = Visitor(provider)
    query = partner.url().split("?")[1]
    for path in ("/consent", "/select-account"):
        page = visitor.open(f"{provider.issuer}{path}?{query}", until=CALLBACK)
        assert visitor.is_at(page, "/sign-in")
    page = visitor.open(f"{provider.issuer}/consent?{query}", form={"decision": "allow"}, until=CALLBACK)
    assert visitor.is_at(page, "/sign-in")
