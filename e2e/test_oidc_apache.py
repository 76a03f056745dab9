"""Apache's mod_auth_openidc as two applications: one sign-in for both, one sign-out of both."""

from apaches import enter, is_out, person, receiver, sign_out, wait_for_delivery, world  # noqa: F401
from processes import wait_until
from visitor import Visitor


def test_one_password_for_both_and_one_sign_out_of_both(world, person):
    server, one, two = world
    assert is_out(person, one) and is_out(person, two)
    first = enter(person, one)
    assert first.asked == ["/sign-in"]
    assert (first.response.headers["X-User"], first.response.headers["X-Email"]) == ("anna", "anna@example.com")
    second = enter(person, two)
    assert second.asked == [], "no second password"
    assert second.response.headers["X-User"] == "anna"
    assert second.response.headers["X-Session"] == first.response.headers["X-Session"] != ""
    sign_out(person, one)
    wait_until(lambda: is_out(person, two), 20, "the other application is out too")
    assert is_out(person, one)
    wait_for_delivery(server, "two", first.response.headers["X-Session"])


def test_signing_out_at_the_issuer_and_ending_a_session_reach_both(world, person):
    server, one, two = world
    for ending in ("page", "command"):
        enter(person, one)
        session = enter(person, two).response.headers["X-Session"]
        if ending == "page":
            person.submit(person.open(f"{server.issuer}/logout"), {"decision": "sign_out"})
        else:
            server.deployment.tykva("session", "end", session)
        for apache in (one, two):
            wait_until(lambda apache=apache: is_out(person, apache), 20, f"out after {ending}")


def test_another_persons_session_goes_on(world, person):
    server, one, two = world
    other = Visitor(server, user="boris", verify=server.verify)
    enter(other, one), enter(other, two)
    enter(person, one), enter(person, two)
    sign_out(person, one)
    wait_until(lambda: is_out(person, two), 20, "out")
    assert not is_out(other, one) and not is_out(other, two)
