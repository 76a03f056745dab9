"""Keys that rotate by themselves: nobody gives a command, and servers that run do what is due."""

import contextlib
import json

import pytest

from clocks import MovingClock
from damage import header
from key_ages import (
    DAY, HOUR, MINUTE, RETIREMENT, SOON, Gauges, age, audited, between, in_state, instant, listed, under)
from master_secrets import damage_key
from processes import wait_until
from test_keys import SCOPE, by_pyjwt, kids

pytestmark = pytest.mark.timeout(400)


def sign(server):
    token = server.sign_in(**SCOPE)["access_token"]
    return token, header(token)["kid"]


def wait_for_signatures(server, kid):
    return wait_until(lambda: found if (found := sign(server))[1] == kid else None, SOON, f"tokens of {kid}")[0]


@pytest.fixture
def gauges():
    return Gauges()


@pytest.fixture
def servers(deployment, gauges):
    """One, or two nodes where the store can have them."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(deployment.serve(environment=gauges.environment))
        if deployment.data:
            yield [first]
        else:
            options = {"issuer": first.issuer, "name": "second"}
            yield [first, stack.enter_context(deployment.serve("--issuer", first.issuer, **options))]


def test_after_thirty_days_the_successor_signs_and_after_68_minutes_the_old_key_is_gone(deployment, servers, gauges):
    old = {server: sign(server)[0] for server in servers}
    active, successor = kids(servers[0])
    assert {header(token)["kid"] for token in old.values()} == {active}
    seconds, left = gauges.wait_for(lambda *_: True, "gauges")
    assert seconds < HOUR and 30 * DAY - HOUR < left <= 30 * DAY
    age(deployment, 30 * DAY)
    new = {server: wait_for_signatures(server, successor) for server in servers}
    # One node has acted, and once.
    for server in servers:
        wait_until(lambda server=server: len(kids(server)) == 3, SOON, "a further successor")
        assert kids(server)[:2] == [active, successor] and kids(server) == kids(servers[0])
        assert by_pyjwt(server, old[server], "ES256") and by_pyjwt(server, new[server], "ES256")
    third = kids(servers[0])[2]
    acts = [("key_retired", active), ("key_activated", successor), ("key_added", third)]
    assert sorted(audited(deployment)) == sorted(
        [("key_added", active), ("key_activated", active), ("key_added", successor), *acts])
    if deployment.data:
        # What changes next is that the old one goes.
        seconds, left = gauges.wait_for(lambda seconds, _: seconds < DAY, "the age of the new key")
        assert 0 <= seconds < HOUR and RETIREMENT - HOUR < left <= RETIREMENT
    age(deployment, RETIREMENT)
    for server in servers:
        wait_until(lambda server=server: kids(server) == [successor, third], SOON, "a set without the old key")
    wait_until(lambda: audited(deployment, "key_erased"), SOON, "the private half is deleted")
    assert audited(deployment, "key_erased") == [("key_erased", active)]
    deployment.execute(f"DELETE FROM signing_key WHERE id = '{active}' AND LENGTH(sealed_private) = 0")
    assert active not in listed(deployment), "nothing was left of the private half"
    seconds, left = gauges.wait_for(lambda seconds, _: seconds >= RETIREMENT, "a key that has signed for that long")
    assert seconds < RETIREMENT + HOUR and 29 * DAY < left <= 30 * DAY - RETIREMENT
    assert all(sign(server)[1] == successor for server in servers)


@pytest.mark.engine("sqlite", "one statement, the same on both")
def test_what_a_clock_far_ahead_has_dated_counts_from_now(deployment):
    with deployment.serve() as server:
        before = listed(deployment)
        age(deployment, -400 * DAY)
        redated = [("key_redated", kid) for kid in before]
        wait_until(lambda: len(audited(deployment, "key_redated")) == 2, SOON + MINUTE, "both keys are dated again")
        assert sorted(audited(deployment, "key_redated")) == sorted(redated)
        after = listed(deployment)
        for kid, key in after.items():
            assert key["state"] == before[kid]["state"]
            assert 0 <= between(before[kid]["since"], key["since"]) < HOUR
        assert sign(server)[1] == in_state(after, "active")[0]


@pytest.mark.engine("sqlite", "the clock of a PostgreSQL is another one")
def test_the_settings_say_how_long_a_key_signs_and_how_long_it_is_public_before(deployment, gauges, tmp_path):
    """By the clock of the server, which goes forward by days."""
    clock = MovingClock(tmp_path)
    clock.options["environment"] |= {"TYKVA_KEY_ROTATION": "5d", "TYKVA_KEY_PUBLICATION": "2d"}
    environment = clock.options["environment"] | gauges.environment
    run = under(clock, deployment)
    with deployment.serve(wrapper=clock.options["wrapper"], environment=environment) as server:
        first, second = kids(server)
        key = listed(deployment, run)[first]
        assert between(key["active_at"], key["next_change_at"]) == 5 * DAY
        _, left = gauges.wait_for(lambda *_: True, "gauges")
        assert 5 * DAY - HOUR < left <= 5 * DAY
        # Before its time, on an operator's word; the setting of the command's environment counts for what it says.
        asked = run("key", "rotate")
        assert (asked["kid"], asked["done"]) == (second, False)
        published = listed(deployment, run)[second]["published_at"]
        assert between(published, asked["signs_at"]) == 2 * DAY
        clock.advance(2 * DAY - HOUR)
        seconds, left = gauges.wait_for(lambda seconds, _: seconds > DAY, "nearly two days later")
        assert 2 * DAY - HOUR <= seconds < 2 * DAY and 0 < left <= HOUR
        assert sign(server)[1] == first
        clock.advance(HOUR)
        wait_for_signatures(server, second)
        third = kids(server)[2]
        # By itself from here on.
        clock.advance(5 * DAY)
        wait_for_signatures(server, third)
        keys = listed(deployment, run)
        for old, new in ((first, second), (second, third)):
            assert keys[old]["retiring_at"] == keys[new]["active_at"]
        assert 0 <= between(asked["signs_at"], keys[second]["active_at"]) < HOUR
        assert 0 <= between(keys[second]["active_at"], keys[third]["active_at"]) - 5 * DAY < HOUR
        assert abs(instant(keys[third]["active_at"]) - instant(key["active_at"]) - 7 * DAY) < HOUR


@pytest.mark.engine("sqlite", "about what is told, not the store")
def test_a_rotation_that_waits_is_told_by_the_gauge_and_the_log(deployment, gauges):
    with deployment.serve(environment=gauges.environment) as server:
        active, successor = kids(server)
        damage_key(deployment, successor)
        age(deployment, 30 * DAY + 2 * HOUR)
        _, left = gauges.wait_for(lambda _, left: left < 0, "a change that is overdue")
        assert -3 * HOUR < left <= -2 * HOUR
        wait_until(lambda: "the rotation waits" in server.errors, SOON, "the log says why")
        assert any("the rotation waits" in line["message"] and successor in json.dumps(line) for line in server.log())
        assert sign(server)[1] == active
        deployment.tykva("key", "revoke", successor)
        # Another successor, which has to be public for a day.
        _, left = gauges.wait_for(lambda _, left: left > 0, "a change that lies ahead")
        assert DAY - HOUR < left <= DAY
        wait_until(lambda: successor not in kids(server) and len(kids(server)) == 2, SOON, "another successor")
        assert sign(server)[1] == active
