"""What the tests of other people's client libraries share: settings of this process, and the way out."""

import pytest

from application import SIGNED_OUT

METADATA = "/.well-known/openid-configuration"
SCOPE = "openid profile email offline_access orders:read"


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch):
    """Plain http on loopback, and no proxies."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def metadata(provider):
    return provider.get(METADATA).json()


def secret(provider, client):
    return provider.deployment.secrets.get(client)


def signed_out(visitor, url):
    """Follows the library's sign-out address, which must lead back to the application."""
    page = visitor.open(url, until=SIGNED_OUT)
    assert page.url.startswith(SIGNED_OUT), (page.url, page.text[:2000])
    return page
