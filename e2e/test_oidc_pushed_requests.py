"""Pushed authorization requests (RFC 9126): what stands for the whole, for whom, and for how long."""

import pytest

from application import CALLBACK, Application
from deployment import refused
from oidc_parties import SQLITE, later, partner, portal  # noqa: F401
from visitor import Visitor


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
