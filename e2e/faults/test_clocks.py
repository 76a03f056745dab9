"""Two nodes whose clocks are 50 seconds apart: the database's clock is the one that counts."""

import time

import pytest

from clocks import wrong_clock
from cluster import Cluster
from damage import claims
from deployment import refused
from play import play

pytestmark = [
    pytest.mark.engine("postgres", "SQLite has one node, and so one clock"), pytest.mark.timeout(600)]

WINDOW = {"TYKVA_RETRY_WINDOW": "15s", "TYKVA_RETRY_WINDOW_OTHER": "15s"}
INSIDE, OUTSIDE = 2, 16
"""Seconds after a rotation."""


def options(offset, environment=None):
    made = wrong_clock(offset)
    return made | {"environment": made["environment"] | (environment or {})}


def skewed(folder, engine, environment=None, was_served=True, offsets=("+25s", "-25s")):
    return Cluster(
        folder, engine.server, options=[options(offset, environment) for offset in offsets], was_served=was_served)


@pytest.fixture(scope="module")
def nodes(engine, tmp_path_factory):
    """With a short retry window, in which 25 seconds would be much."""
    with skewed(tmp_path_factory.mktemp("skewed") / "cluster", engine, WINDOW) as cluster:
        yield cluster.nodes


def test_what_is_signed_is_dated_by_the_clock_of_the_database(nodes):
    """A token of either is good at once, and for as long as it says: verifiers allow 30 s of skew, not 50."""
    for node in nodes:
        assert_dated_right(node)


def assert_dated_right(node):
    # However long the sign-in takes on a busy machine.
    before = time.time()
    said = claims(node.sign_in()["access_token"])
    after = time.time()
    for name in ("iat", "auth_time"):
        assert before - 3 <= said[name] <= after + 3, (name, said, before, after)


@pytest.mark.parametrize("first, second", [(0, 1), (1, 0), (0, 0), (1, 1)])
def test_an_honest_retry_stays_a_retry(nodes, first, second):
    token = nodes[first].sign_in()["refresh_token"]
    once = nodes[first].refreshed(token)["refresh_token"]
    assert nodes[second].refreshed(token)["refresh_token"] == once, "at once"
    time.sleep(INSIDE)
    assert nodes[second].refreshed(token)["refresh_token"] == once, f"after {INSIDE} s"
    nodes[second].refreshed(once)


def test_a_thief_is_found_as_soon_as_without_skew(nodes):
    thefts = []
    for first, second in ((0, 1), (1, 0), (0, 0), (1, 1)):
        stolen = nodes[first].sign_in()["refresh_token"]
        thefts.append((first, second, stolen, nodes[first].refreshed(stolen)["refresh_token"]))
    time.sleep(OUTSIDE)
    for first, second, stolen, current in thefts:
        assert refused(nodes[second].refresh(stolen)), f"after {OUTSIDE} s: {first}, {second}"
        assert refused(nodes[first].refresh(current)), f"and that ended it: {first}, {second}"


def test_a_stale_token_is_found_at_once(nodes):
    stolen = nodes[0].sign_in()["refresh_token"]
    current = nodes[0].refreshed(nodes[1].refreshed(stolen)["refresh_token"])["refresh_token"]
    assert refused(nodes[1].refresh(stolen))
    assert refused(nodes[0].refresh(current))


@pytest.mark.parametrize("offsets", [("+25s", "-25s"), ("-25s", "+25s")])
def test_a_first_start_by_either_serves_both(engine, tmp_path, offsets):
    """What the first start writes, signing keys above all, is dated by the database's clock, too."""
    with skewed(tmp_path / "cluster", engine, was_served=False, offsets=offsets) as cluster:
        first, second = cluster.nodes
        second.refreshed(first.sign_in()["refresh_token"])
        first.refreshed(second.sign_in()["refresh_token"])
        for node in (first, second):
            assert_dated_right(node)
        assert first.get("/.well-known/jwks.json").json() == second.get("/.well-known/jwks.json").json()


@pytest.mark.parametrize("offset", ["+40s", "-40s"])
def test_a_clock_that_is_too_far_off_makes_a_node_not_ready(engine, tmp_path, offset):
    with skewed(tmp_path / "cluster", engine, offsets=("+0s", offset)) as cluster:
        assert cluster.nodes[0].get("/health/ready").status_code == 200
        assert cluster.nodes[1].get("/health/ready").status_code == 503
        assert cluster.nodes[1].get("/health/live").status_code == 200


@pytest.mark.long
def test_two_hundred_families_over_both(engine, tmp_path, report):
    with skewed(tmp_path / "cluster", engine) as cluster:
        def fault(crowd):
            crowd.wait_for_refreshes(5)
            return time.monotonic(), None

        history = play("PostgreSQL: clocks of the nodes 50 s apart", cluster.ports, fault, report)
        assert not [call for call in history if call.failed], "there was no trouble at all"
        assert len(cluster.deployment.audit("--type", "refresh_theft")) == 20, "those of the thief, and no other"
