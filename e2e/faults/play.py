"""One fault from its beginning to its line: load, fault, recovery, a last word with every family, the checker."""

import os
import random
import time

from checker import Promise, check, recovery
from crowd import STRICT, Crowd
from processes import wait_until
from report import Line

FAMILIES = 200
REVOKED, REPLAYED = 6, 20
RECOVERY_SECONDS = 5 if STRICT else 60
ANSWER_SECONDS = Promise.answer if STRICT else 30
LONGEST_SECONDS = 40
"""How long we look for a recovery: a longer one is told by its figure, and not by giving up."""
QUIET_SECONDS = 3
"""How long nothing may fail until a fault counts as over."""


def seeded(name):
    """Chance for one scenario; TYKVA_TEST_SEED repeats a run."""
    seed = int(os.environ.get("TYKVA_TEST_SEED") or random.randrange(2**32))
    print(f"{name}: seed {seed}")
    return random.Random(f"{seed} {name}")


def play(name, ports, fault, report, promise=Promise(), before_the_last_word=None, families=FAMILIES, recovered=RECOVERY_SECONDS):
    """Plays a fault under load, and asserts every promise.

    - Parameters:
        fault: called with the crowd while it refreshes; returns when the fault ended, by the monotonic clock, and the
            time of the lag if there was one.
        before_the_last_word: what happens to the nodes once they have recovered, when no request is under way.
    """
    chance = seeded(name)
    with Crowd(ports, chance, promise.window) as crowd:
        crowd.sign_in(families)
        crowd.start()
        crowd.wait_for_refreshes(2)
        revoked = crowd.revoke(REVOKED)
        fault_ended, lag = fault(crowd)
        wait_until(lambda: is_quiet(crowd.history, fault_ended, len(ports)), LONGEST_SECONDS, f"{name}: recovery")
        seconds = recovery(crowd.history, fault_ended, len(ports))
        crowd.wait_for_refreshes(1)
        crowd.stop()
        if before_the_last_word:
            before_the_last_word()
        last_word(crowd, revoked)
        history = list(crowd.history)
    promise = Promise(promise.window, ANSWER_SECONDS, promise.clock, lag)
    findings = check(history, promise)
    line = Line.of(name, history, findings, seconds)
    report(line)
    assert not findings, f"{len(findings)} findings:\n" + "\n".join(map(str, findings[:10]))
    assert line.families >= families
    assert seconds <= recovered, f"{name}: recovered after {seconds:.1f} s"
    return history


def is_quiet(history, fault_ended, nodes):
    """Whether every node acknowledges again, and for some seconds nothing has failed."""
    if time.monotonic() < fault_ended + QUIET_SECONDS:
        return False
    recent = [call for call in list(history) if call.ended > time.monotonic() - QUIET_SECONDS]
    return not any(call.failed for call in recent) and recovery(list(history), fault_ended, nodes) < float("inf")


def last_word(crowd, revoked):
    """Every family twice; a thief with some of them; those that are over once more. The checker judges."""
    crowd.refresh_all(2)
    crowd.replay(REPLAYED)
    crowd.try_again(revoked)
