"""What is true after `kill -9`, and what a refresh costs in syncs."""

import random
import re
import threading
import time

import pytest

import load
from deployment import refused
from processes import installed

FAMILIES = 32
ROUNDS = 3
WINDOW = {"TYKVA_RETRY_WINDOW": "5m", "TYKVA_RETRY_WINDOW_OTHER": "5m"}


def test_no_acknowledged_token_is_lost_by_kill_9(deployment):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    server = deployment.serve(environment=WINDOW)
    try:
        acknowledged = [[server.sign_in("boris")["refresh_token"]] for _ in range(FAMILIES)]
        for _ in range(ROUNDS):
            before = [len(tokens) for tokens in acknowledged]
            kill_during_load(server, acknowledged, chance.uniform(0.1, 0.6))
            done = sum(len(tokens) for tokens in acknowledged) - sum(before)
            print(f"{done} refreshes were acknowledged before the kill")
            assert done > 0, "the kill came before any answer: it tells nothing"
            server = deployment.serve(port=server.port, environment=WINDOW)
            check_each(server, acknowledged, chance)
    finally:
        server.kill()


def kill_during_load(server, acknowledged, seconds):
    """Refreshes every family as fast as it goes; kills the server so long after the first answer, and notes each."""
    exchanges = [load.Exchange(server.port, tokens[-1]) for tokens in acknowledged]
    families = dict(zip(exchanges, acknowledged))

    def note(exchange, status, body):
        assert status == 200, body
        families[exchange].append(body["refresh_token"])
        if killer.ident is None:
            killer.start()

    killer = threading.Timer(seconds, server.kill)
    load.run(exchanges, rounds=10**6, on_answer=note)
    killer.join()
    for exchange in exchanges:
        exchange.close()


def check_each(server, acknowledged, chance):
    """The last acknowledged token of each family works; of some, an older one is tried, and is a theft."""
    for tokens in acknowledged:
        tokens.append(server.refreshed(tokens[-1])["refresh_token"])
        tokens.append(server.refreshed(tokens[-1])["refresh_token"])
    for tokens in chance.sample(acknowledged, FAMILIES // 8):
        assert refused(server.refresh(chance.choice(tokens[:-2]))), "two or more behind"
        assert refused(server.refresh(tokens[-1])), "and that ended it"
        acknowledged.remove(tokens)
    # Their places are taken by new ones.
    while len(acknowledged) < FAMILIES:
        acknowledged.append([server.sign_in("boris")["refresh_token"]])


@pytest.mark.engine("sqlite", "the syncs of PostgreSQL are its own")
def test_sixty_four_clients_at_once_share_their_syncs(deployment, tmp_path):
    """At most 0.2 syncs a refresh where a sync costs 100 ms, many times a request's own work on a slow machine, too.

    A batch takes what has come during the last commit and never waits for more. So where a sync costs less than a
    request's own work, there is nothing to share and nothing to gain: the figure for this machine's own disk is printed.
    """
    with traced(deployment, tmp_path / "own-disk") as server:
        exchanges = [load.Exchange(server.port, server.sign_in("boris")["refresh_token"]) for _ in range(64)]
        print(f"this disk: {syncs_a_refresh(exchanges, tmp_path / 'own-disk'):.3f} syncs a refresh")
        port = server.port
    with traced(deployment, tmp_path / "slow-disk", "-e", "inject=fdatasync,fsync:delay_exit=100000", port=port):
        exchanges = [load.Exchange(port, exchange.token) for exchange in exchanges]
        figure = syncs_a_refresh(exchanges, tmp_path / "slow-disk")
    print(f"a disk with 100 ms a sync: {figure:.3f} syncs a refresh")
    assert 0 < figure <= 0.2


def traced(deployment, path, *arguments, **options):
    strace = (installed("strace"), "-f", "-ttt", "--seccomp-bpf", "-e", "trace=fdatasync,fsync", "-o", path, *arguments)
    return deployment.serve(wrapper=strace, **options)


def syncs_a_refresh(exchanges, trace, rounds=6):
    began = time.time()
    answers = load.run(exchanges, rounds)
    ended = time.time()
    for exchange in exchanges:
        exchange.close()
    count = len(exchanges) * rounds
    assert [status for _, status, _ in answers] == [200] * count
    assert len({body["refresh_token"] for _, _, body in answers}) == count, "every one was a rotation"
    times = [float(found[1]) for line in trace.read_text().splitlines()
             if (found := re.match(r"\d+ +(\d+\.\d+) (?:fdatasync|fsync)\(", line))]
    return sum(began <= at <= ended for at in times) / count
