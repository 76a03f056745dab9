"""Verifiers through ten emergency rotations and a change of the algorithm, under load: nobody is refused."""

import contextlib
import time

import pytest

from damage import header
from deployment import BILLING, ORDERS, Deployment
from processes import wait_until
from verifiers import Load, Scene, Tokens, strange

pytestmark = [pytest.mark.engine("sqlite", "about verifiers, not the store"), pytest.mark.timeout(900)]

ROTATIONS = 10
# PyJWT fetches at most twice a minute for an unknown kid, and each fetch brings the key that signs and the next one.
PACE = 22
# Of TykvaVerifier and PyJWT; TykvaVerifier looks ahead 5 s after a rotation.
COOLDOWN = 30
CHECKS = 10_000
VERIFIERS = ("orders", "billing", "PyJWT", "HAProxy", "mod_auth_openidc")


@pytest.fixture(scope="module")
def scene(prepared, tmp_path_factory):
    with contextlib.ExitStack() as stack:
        deployment = Deployment.copy(prepared, tmp_path_factory.mktemp("issuer"))
        yield Scene(deployment, stack, tmp_path_factory.mktemp("verifiers"))


def test_a_flood_of_unknown_keys_costs_the_issuer_one_fetch_a_cooldown(scene):
    with Load() as load:
        tokens = Tokens(scene.server)
        scene.begin_checks(load, tokens)
        before, asked = scene.fetches(), scene.key_set_fetches()
        began = time.monotonic()
        scene.begin_flood(load, tokens)
        time.sleep(COOLDOWN + 3)
        load.expect_no_failure()

    def fetched():
        """By each, when the issuer has counted as many."""
        each = {name: after - before[name] for name, after in scene.fetches().items()}
        return each if scene.key_set_fetches() - asked == sum(each.values()) else None

    each = wait_until(fetched, 10, "as many fetches at the issuer")
    took = time.monotonic() - began
    print(f"{load.counts} in {took:.0f} s; fetches {each}")
    for fetches in each.values():
        assert 1 <= fetches <= 1 + took // COOLDOWN, each
    assert load.counts["flood"] >= 1000 and load.counts["orders"] + load.counts["billing"] >= 1000


def test_ten_rotations_and_another_algorithm_refuse_nobody(scene):
    began = time.monotonic()
    before = scene.fetches()
    with Load() as load:
        tokens = Tokens(scene.server)
        scene.begin_checks(load, tokens)
        scene.begin_others(load, tokens)
        scene.begin_flood(load, tokens)
        wait_until(lambda: set(VERIFIERS) <= set(load.kids), 60, "each of them has checked a token")
        # Nor may the first fetch be too near to the second rotation, which is the first that needs another one.
        time.sleep(COOLDOWN + 10 - PACE)
        for _ in range(ROTATIONS):
            rotate(scene, tokens, "--now")
            turned = time.monotonic()
            time.sleep(PACE)
            load.expect_no_failure()
        # The key of another algorithm is nowhere known, unlike a successor: the last fetch must be half a minute ago,
        # and strangers must not have used the next one up. HAProxy and cjose know no EdDSA.
        load.stop("flood", "HAProxy", "mod_auth_openidc")
        time.sleep(max(0, 5 + COOLDOWN + 6 - (time.monotonic() - turned)))
        last = tokens.newest(ORDERS)
        rotate(scene, tokens, "--now", "--algorithm", "EdDSA")
        new = tokens.newest(ORDERS)
        last_kid, others = header(new)["kid"], ("orders", "billing", "PyJWT")
        wait_until(
            lambda: load.failures or all(last_kid in load.kids[name] for name in others), 10,
            "each has met the last key")
        load.expect_no_failure()
        fetches = {name: count - before[name] for name, count in scene.fetches().items()}
    took = time.monotonic() - began
    checks = load.counts["orders"] + load.counts["billing"]
    print(f"{checks} checks by TykvaVerifier, all good, of {len(tokens.kids)} keys in {took:.0f} s; "
          f"{load.counts}; fetches {fetches}")
    assert checks >= CHECKS
    assert len(tokens.kids) == ROTATIONS + 2 and header(new)["alg"] == "EdDSA" and header(last)["alg"] == "ES256"
    # Each of them has met each key: the one of EdDSA too, where it is known.
    for name in VERIFIERS:
        known = tokens.kids[:-1] if name in ("HAProxy", "mod_auth_openidc") else tokens.kids
        assert load.kids[name] == set(known), name
    assert scene.gate.ask(f"Bearer {last}")[0] == 200 and scene.gate.ask(f"Bearer {new}")[0] == 401
    # One fetch after each change, and what strangers can cause.
    for name, count in fetches.items():
        assert ROTATIONS <= count <= ROTATIONS + 2 + took // COOLDOWN, fetches


def rotate(scene, tokens, *arguments):
    kid = scene.deployment.json("key", "rotate", *arguments)["kid"]
    wait_until(lambda: all(header(tokens.newest(audience))["kid"] == kid for audience in tokens.recent), 10,
               f"tokens of {kid}")


def test_without_the_issuer_known_keys_go_on_and_the_metrics_tell(scene):
    tokens = Tokens(scene.server)
    assert tokens.fetch()[1] is None
    paths = {"orders": ("/orders", ORDERS), "billing": ("/me", BILLING)}

    def ask(name, change=lambda token: token):
        path, audience = paths[name]
        return scene.services[name].ask(path, f"Bearer {change(tokens.newest(audience))}").status_code

    assert [ask(name) for name in paths] == [200, 200]
    port = scene.server.port
    scene.server.kill()
    failures = {name: scene.services[name].metrics().get("failures_total", 0) for name in paths}
    for name, service in scene.services.items():

        def failed():
            # Not the token's fault would be 503; an unknown key is, and good tokens go on.
            assert (ask(name, strange), ask(name)) == (401, 200)
            return service.metrics()["failures_total"] > failures[name]

        wait_until(failed, COOLDOWN + 10, f"{name} has noticed that the issuer is down")
        told = service.metrics()
        # Ten minutes after the max-age of five.
        assert 0 < told["usable_seconds"] <= 900 - told["age_seconds"] + 1, told
        assert told["age_seconds"] >= COOLDOWN - 1, told
    # A rotation meanwhile is of a key that they know; 5 s later they have fetched again.
    rotated = scene.deployment.json("key", "rotate", "--now")
    scene.serve(port)
    tokens = Tokens(scene.server)
    assert tokens.fetch()[0] == rotated["kid"]
    assert [ask(name) for name in paths] == [200, 200]
    for service in scene.services.values():
        wait_until(lambda service=service: service.metrics()["usable_seconds"] > 890, 15, "fetched again")
