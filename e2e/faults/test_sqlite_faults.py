"""Faults under one node on SQLite."""

import os
import signal
import time

import pytest

from deployment import Deployment
from disks import fill, small_disk
from play import RECOVERY_SECONDS, play, seeded
from processes import STOP_SECONDS, wait_until
from tracing import Tracer, killed_at_its_start

pytestmark = [
    pytest.mark.engine("sqlite", "these are faults of its file and its disk"), pytest.mark.timeout(1200)]

WRITES = 100
SAMPLE = 3
FAULT_SECONDS = 5


class Node:
    """The one node, whatever process it is at the moment."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.server = deployment.serve()
        self.port = self.server.port

    def start(self):
        self.server = self.deployment.serve(port=self.port)

    def restart(self):
        self.server.kill()
        self.start()


@pytest.fixture
def node(deployment):
    made = Node(deployment)
    yield made
    made.server.kill()


def test_kill_9(node, report):
    def fault(crowd):
        node.server.kill()
        time.sleep(1)
        ended = time.monotonic()
        node.start()
        return ended, None

    play("SQLite: kill -9 of the node", [node.port], fault, report)


def test_kill_9_at_the_nth_write(node, report):
    """Twice for each N: of the writes of a start, and of those under load."""
    numbers = range(1, WRITES + 1)
    if os.environ.get("TYKVA_FAULTS", "short") == "short":
        numbers = sorted(seeded("the writes").sample(numbers, SAMPLE))
        print(f"N = {numbers}")

    def fault(crowd):
        ended = time.monotonic()
        for number in numbers:
            node.server.kill()
            assert killed_at_its_start(node.deployment, node.port, number), f"N = {number}: not killed"
            ended = back_again(crowd, number)
            Tracer(node.deployment.folder, node.server.pid, "pwrite64", "signal=SIGKILL", number)
            assert node.server.ended(STOP_SECONDS) == -signal.SIGKILL
            ended = back_again(crowd, number)
        return ended, None

    def back_again(crowd, number):
        ended = time.monotonic()
        node.start()
        crowd.wait_for_answers(1)
        assert time.monotonic() - ended <= RECOVERY_SECONDS, f"N = {number}: {time.monotonic() - ended:.1f} s"
        return ended

    name = f"SQLite: SIGKILL at the N-th write, N = {'1…100' if len(numbers) == WRITES else ', '.join(map(str, numbers))}"
    play(name, [node.port], fault, report)


@pytest.mark.long
@pytest.mark.parametrize("when, words", [("1", "one sync"), ("1+", f"every sync for {FAULT_SECONDS} s")])
def test_an_input_output_error_at_a_sync(node, report, when, words):
    """The last word is asked of a process that knows only what the disk has."""
    def fault(crowd):
        tracer = Tracer(node.deployment.folder, node.server.pid, "fsync,fdatasync", "error=EIO", when)
        wait_until(lambda: "(INJECTED)" in tracer.own_errors, 20, "an injected error")
        time.sleep(FAULT_SECONDS)
        return tracer.end(), None

    history = play(f"SQLite: EIO at {words}", [node.port], fault, report, before_the_last_word=node.restart)
    assert any(call.status == 503 for call in history), "nobody noticed the fault"


@pytest.mark.long
def test_a_full_disk(prepared, tmp_path, report):
    with small_disk(tmp_path / "disk", megabytes=32) as disk:
        node = Node(Deployment.copy(prepared, disk))

        def fault(crowd):
            # A stopped server leaves no write-ahead log: a long one would go on for long on a full disk.
            assert node.server.stop() == 0
            node.start()
            filler = fill(disk)
            wait_until(lambda: any(call.status == 503 for call in list(crowd.history)), 60, "a 503")
            time.sleep(FAULT_SECONDS)
            filler.unlink()
            return time.monotonic(), None

        try:
            play("SQLite: disk full", [node.port], fault, report, before_the_last_word=node.restart)
        finally:
            node.server.kill()
