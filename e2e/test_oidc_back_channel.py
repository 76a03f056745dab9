"""Back-channel logout: whatever ends a session is told, and an application that hangs or is down delays nobody."""

import time

import jwt
import pytest

from apaches import enter, is_out, notices, person, receiver, sign_out, wait_for_delivery, world  # noqa: F401
from application import Application
from damage import claims, header
from processes import wait_until
from visitor import Visitor

# How long the issuer waits for the answer of an application.
GIVEN_UP_SECONDS = 5


def test_the_logout_token_is_the_sessions(world, person, receiver):
    server, _, _ = world
    listener = Application.of(server, "listener")
    tokens = listener.sign_in(person)
    said = listener.id_token(tokens)
    person.open(f"{server.issuer}/logout?id_token_hint={tokens['id_token']}")
    kind, form = receiver.token_of(said["sid"])
    assert kind == "application/x-www-form-urlencoded" and set(form) == {"logout_token"}
    token = form["logout_token"][0]
    keys = jwt.PyJWKSet.from_dict(server.get("/.well-known/jwks.json").json())
    logout = jwt.decode(
        token, keys[header(token)["kid"]].key, algorithms=["ES256"], issuer=server.issuer, audience="listener",
        options={"require": ["iss", "aud", "iat", "exp", "jti", "events"]})
    # OIDC Back-Channel Logout §2.4.
    assert header(token)["typ"] == "logout+jwt"
    assert (logout["sid"], logout["sub"]) == (said["sid"], said["sub"]) and "nonce" not in logout
    assert logout["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert abs(logout["iat"] - time.time()) < 60 and logout["exp"] - logout["iat"] <= 120
    # It is no ID token and no access token.
    assert server.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert listener.error(person, id_token_hint=token) == "invalid_request"
    assert claims(tokens["id_token"]).get("events") is None


ENDINGS = {
    "the operator ends the session": lambda server, name, tokens, said: server.deployment.tykva(
        "session", "end", said["sid"]),
    "the person is disabled": lambda server, name, tokens, said: server.deployment.tykva("user", "disable", name),
    "the person has a new password": lambda server, name, tokens, said: server.deployment.tykva(
        "user", "password", name, "--password-stdin", stdin="another quite good password\n"),
    "a stolen refresh token is used": lambda server, name, tokens, said: replay(server, tokens["refresh_token"]),
}


def replay(server, token):
    """Two behind the current one: the class `stale`, which ends the session."""
    listener = Application.of(server, "listener")
    successor = listener.refresh(token).json()["refresh_token"]
    assert listener.refresh(successor).status_code == 200
    assert listener.refresh(token).status_code == 400


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_a_session_is_told(world, receiver, ending):
    server, _, _ = world
    name = f"leaving-{list(ENDINGS).index(ending)}"
    server.deployment.add_user(name)
    listener = Application.of(server, "listener")
    tokens = listener.sign_in(Visitor(server, user=name, verify=server.verify))
    said = listener.id_token(tokens)
    ENDINGS[ending](server, name, tokens, said)
    receiver.token_of(said["sid"])
    wait_for_delivery(server, "listener", said["sid"])


def test_an_application_that_hangs_delays_nobody(world, person, receiver):
    """By the order of events: everybody else goes on while the issuer still waits for its answer."""
    server, one, two = world
    listener = Application.of(server, "listener")
    session = listener.id_token(listener.sign_in(person))["sid"]
    other = Visitor(server, user="boris", verify=server.verify)
    for each in (person, other):
        enter(each, one), enter(each, two)
    receiver.events.clear()
    receiver.free.clear()
    began = time.monotonic()
    try:
        sign_out(person, one)
        wait_until(lambda: receiver.events, 20, "the hanging application is being told")
        wait_until(lambda: is_out(person, two), 20, "the other one is out")
        # And somebody who signs out now does not wait behind it.
        sign_out(other, one)
        wait_until(lambda: is_out(other, two), 20, "the other person is out too")
        if time.monotonic() - began < GIVEN_UP_SECONDS - 1:
            assert receiver.events == ["asked"], "only after the hanging application was given up"
        assert enter(person, one).asked == ["/sign-in"]
    finally:
        receiver.free.set()
    wait_for_delivery(server, "listener", session)


def test_an_application_that_is_down_is_told_when_it_is_up_again(world, person):
    server, one, two = world
    enter(person, one)
    session = enter(person, two).response.headers["X-Session"]
    two.stop()
    sign_out(person, one)
    assert is_out(person, one)
    wait_until(
        lambda: [each for each in notices(server, "two", session) if each["last_error"]], 20,
        "the operator sees the failure")
    two.start()
    server.deployment.tykva("outbox", "retry", "--all", "--yes")
    # Its sessions were in its memory; what counts is that the notice comes.
    wait_for_delivery(server, "two", session)
