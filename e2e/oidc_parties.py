"""The applications of the tests of OpenID Connect, somebody who is signed in, and a server whose clock goes forward."""

import re

import pytest

from application import Application
from clocks import MovingClock
from deployment import Deployment
from visitor import Visitor

SQLITE = pytest.mark.engine("sqlite", "about the wire, not the store")
METADATA = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def portal(provider):
    return Application.of(provider, "portal")


@pytest.fixture(scope="module")
def partner(provider):
    return Application.of(provider, "partner")


@pytest.fixture(scope="module")
def spa(provider):
    return Application.of(provider, "spa")


@pytest.fixture(scope="module")
def signed_in(provider, portal):
    """A person for whom every right request is a code at once."""
    visitor = Visitor(provider)
    portal.sign_in(visitor)
    return visitor


@pytest.fixture
def later(prepared_provider, tmp_path):
    """A server and its clock, which the test puts forward."""
    clock = MovingClock(tmp_path)
    with Deployment.copy(prepared_provider, tmp_path / "own").serve(**clock.options) as running:
        yield running, clock


def assert_page_of_ours(page, status=400):
    """An understandable page, which leads nowhere."""
    assert page.status == status, (page.status, page.url, page.text[:500])
    assert "Location" not in page.response.headers
    assert page.response.headers["Content-Type"].startswith("text/html")
    assert re.search(r"<h1>\s*\S", page.text)
    policy = page.response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.response.headers["Cache-Control"] == "no-store"
