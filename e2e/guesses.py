"""Somebody who guesses at passwords, behind a trusted proxy on loopback.

The tests play the proxy: `X-Forwarded-For` says where a caller is.
"""

import itertools

import pytest

from visitor import Visitor

PROXY = ("--behind-proxy", "127.0.0.1/32")
numbers = itertools.count(1)


def network():
    """An address in a network that nobody has used before."""
    number = next(numbers)
    return f"10.{number // 250}.{number % 250}.7"


@pytest.fixture(scope="module")
def guarded(prepared_provider, tmp_path_factory):
    """A server that the tests of one file share; each takes accounts and networks of its own."""
    made = type(prepared_provider).copy(prepared_provider, tmp_path_factory.mktemp("guarded"))
    with made.serve(*PROXY) as running:
        yield running


@pytest.fixture
def person(guarded):
    name = f"person-{next(numbers)}"
    guarded.deployment.add_user(name)
    return name


def guess(server, name, password="wrong", address="192.0.2.7", client="app"):
    form = {"grant_type": "password", "client_id": client, "username": name, "password": password}
    return server.post("/token", form, headers={"X-Forwarded-For": address})


def visitor(server, name, address, password="wrong"):
    made = Visitor(server, user=name, password=password)
    made.session.headers["X-Forwarded-For"] = address
    return made


def try_page(made, password):
    """The page after the form of the sign-in page was sent."""
    page = made.open(f"{made.server.issuer}/sign-in?to=profile")
    return made.submit(page, {"username": made.user, "password": password})
