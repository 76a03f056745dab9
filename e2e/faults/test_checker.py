"""The checker finds each fault that is planted in a history, and nothing in one that keeps every promise."""

import base64

import pytest

from checker import Promise, check, percentile, recovery
from history import REVOKE, SIGN_IN, THIEF, Call
from report import Line

UNAVAILABLE = {"status": 503, "error": "temporarily_unavailable", "retry_after": "1"}
REFUSED = {"status": 400, "error": "invalid_grant"}


def token(n, family=1, mac=0):
    raw = b"\1\1" + family.to_bytes(16, "big") + n.to_bytes(4, "big") + bytes([mac]) * 32
    return "tkvr_" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign_in(at=0.0, family=1):
    return Call(family, 0, at, at + 0.1, action=SIGN_IN, status=200, received=token(0, family))


def good(n, at, family=1, **changed):
    """Token n is asked to be replaced, and is."""
    return Call(**{
        "family": family, "node": 0, "began": at, "ended": at + 0.1, "presented": token(n, family), "status": 200,
        "received": token(n + 1, family)} | changed)


def bad(n, at, family=1, **changed):
    """Token n is not replaced."""
    return good(n, at, family, **({"received": None} | changed))


def revoked(n, at):
    return bad(n, at, action=REVOKE, status=200)


def honest():
    """A run with everything that may happen to honest clients, and what may happen to a thief."""
    return [
        sign_in(), good(0, 1),
        # A lost answer, a 503, then the same token again.
        bad(1, 2, status=None, error="connection lost", node=1), bad(1, 3, **UNAVAILABLE), good(1, 4),
        good(1, 5), good(2, 6),
        # A thief two behind ends it, and the owner is out.
        bad(1, 10, **REFUSED, by=THIEF), bad(3, 11, **REFUSED),
        # Another family is revoked, and stays so.
        sign_in(family=2), good(0, 1, family=2), bad(1, 2, family=2, action=REVOKE, status=200), bad(1, 3, family=2, **REFUSED),
    ]


def rules(history, promise=Promise()):
    return {finding.rule for finding in check(history, promise)}


def test_an_honest_history_has_no_finding():
    assert check(honest()) == []


PLANTED = {
    "no requests": ([], "nothing"),
    "only sign-ins": ([sign_in()], "nothing"),
    "no refresh acknowledged": ([sign_in(), bad(0, 1, **UNAVAILABLE)], "nothing"),
    "an acknowledged token is lost": ([sign_in(), good(0, 1), bad(1, 2, **REFUSED)], "lost"),
    "the token of a sign-in is lost": ([sign_in(), good(0, 1, family=2), bad(0, 1, **REFUSED)], "lost"),
    "a token whose answer was lost is refused in the window":
        ([sign_in(), good(0, 1), bad(1, 2, status=None, error="connection lost"), bad(1, 50, **REFUSED)], "lost"),
    "a token is lost before its family is revoked":
        ([sign_in(), good(0, 1), bad(1, 2, **REFUSED), revoked(1, 3)], "lost"),
    "two successors": ([sign_in(), good(0, 1), good(0, 2, received=token(1, mac=7))], "doubled"),
    "two successors at once": ([sign_in(), good(0, 1), good(0, 1, node=1, received=token(1, mac=7))], "doubled"),
    "accepted after the window": ([sign_in(), good(0, 1), good(0, 64)], "doubled"),
    "accepted after the successor was used": ([sign_in(), good(0, 1), good(1, 2), good(0, 3)], "doubled"),
    "a thief's old token is accepted": ([sign_in(), good(0, 1), good(1, 2), good(0, 3, by=THIEF)], "doubled"),
    "one successor for two tokens": ([sign_in(), good(0, 1), good(1, 2, received=token(1))], "doubled"),
    "a 500": ([sign_in(), bad(0, 1, status=500, error="server_error"), good(0, 2)], "500"),
    "a 502": ([sign_in(), bad(0, 1, status=502), good(0, 2)], "500"),
    "a 500 at a sign-in": ([Call(1, 0, 0, 1, action=SIGN_IN, status=500), sign_in(), good(0, 1)], "500"),
    "a 503 without Retry-After": ([sign_in(), bad(0, 1, status=503), good(0, 2)], "no Retry-After"),
    "a Retry-After of 0": ([sign_in(), bad(0, 1, **UNAVAILABLE | {"retry_after": "0"}), good(0, 2)], "no Retry-After"),
    "a Retry-After in words": ([sign_in(), bad(0, 1, **UNAVAILABLE | {"retry_after": "soon"}), good(0, 2)], "no Retry-After"),
    "a slow 503": ([sign_in(), bad(0, 1, **UNAVAILABLE, ended=12.5), good(0, 13)], "slow"),
    "two slow 503 of a hundred":
        ([sign_in(), *(bad(0, 1 + n, **UNAVAILABLE, ended=2.0 + n) for n in range(98)),
          *(bad(0, 100, **UNAVAILABLE, ended=112) for _ in range(2)), good(0, 113)], "slow"),
    "no answer at all": ([sign_in(), bad(0, 1, status=None, error="timeout", ended=16), good(0, 17)], "slow"),
    "a revoked family goes on": ([sign_in(), good(0, 1), revoked(1, 2), good(1, 3)], "ended"),
    "a family goes on after a theft was found": ([sign_in(), good(0, 1), good(1, 2), bad(0, 3, **REFUSED, by=THIEF), good(2, 4)], "ended"),
    "an unauthorized": ([sign_in(), bad(0, 1, status=401, error="invalid_client"), good(0, 2)], "strange"),
    "another refusal": ([sign_in(), bad(0, 1, status=400, error="invalid_request"), good(0, 2)], "strange"),
    "a success without a token": ([sign_in(), good(0, 1), bad(1, 2)], "strange"),
    "another family's token": ([sign_in(), good(0, 1, received=token(1, family=9))], "strange"),
    "a generation left out": ([sign_in(), good(0, 1, received=token(2))], "strange"),
    "the same token again": ([sign_in(), good(0, 1, received=token(0))], "strange"),
    "never answered": ([sign_in(), good(0, 1), bad(1, 2, **UNAVAILABLE)], "unanswered"),
    "never answered, connection lost": ([sign_in(), good(0, 1), bad(1, 2, status=None, error="connection lost")], "unanswered"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_alone_and_in_a_long_history(name):
    planted, rule = PLANTED[name]
    assert rule in rules(planted)
    if rule != "nothing":
        apart = [call.__class__(**vars(call) | {"family": call.family + 100}) for call in planted]
        assert rule in rules(honest() + apart)


EXCUSED = {
    "refused after the window": [sign_in(), good(0, 1), bad(1, 2, status=None, error="connection lost"), bad(1, 63, **REFUSED)],
    "refused while a revocation is under way":
        [sign_in(), good(0, 1), revoked(1, 2) , bad(1, 2.05, **REFUSED)],
    "refused after a revocation that got no answer":
        [sign_in(), good(0, 1), bad(1, 2, action=REVOKE, **UNAVAILABLE), bad(1, 3, **REFUSED)],
    "accepted while the family ends": [sign_in(), good(0, 1), revoked(1, 2), good(1, 2.05)],
    "a retry while the successor is first used": [sign_in(), good(0, 1), good(1, 2), good(0, 2.05)],
    "a retry at the end of the window": [sign_in(), good(0, 1), good(0, 61)],
    "one slow 503 of two hundred":
        [sign_in(), bad(0, 0.5, **UNAVAILABLE, ended=13), *(bad(0, 20 + n, **UNAVAILABLE) for n in range(199)), good(0, 300)],
}


@pytest.mark.parametrize("name", EXCUSED)
def test_the_nearest_neighbour_of_a_fault_is_none(name):
    assert check(EXCUSED[name]) == []


def test_a_lag_excuses_families_begun_or_ended_in_it_and_nothing_else():
    lag = Promise(lag=(10, 20))
    begun = [sign_in(at=15), good(0, 16), bad(1, 30, **REFUSED)]
    assert rules(begun) == {"lost"} and rules(begun, lag) == set()
    ended = [sign_in(), good(0, 1), revoked(1, 15), good(1, 30)]
    assert rules(ended) == {"ended"} and rules(ended, lag) == set()
    assert rules([sign_in(), good(0, 1), good(1, 15), bad(2, 30, **REFUSED)], lag) == {"lost"}, "only refreshed in it"
    assert rules([sign_in(at=5), good(0, 6), bad(1, 30, **REFUSED)], lag) == {"lost"}, "begun before it"
    assert rules([sign_in(at=21), good(0, 22), bad(1, 30, **REFUSED)], lag) == {"lost"}, "begun after it"
    assert rules([sign_in(), good(0, 1), revoked(1, 5), good(1, 30)], lag) == {"ended"}, "ended before it"
    twice = [sign_in(at=15), good(0, 16), good(1, 17), good(0, 30)]
    assert rules(twice, lag) == {"doubled"}, "a doubled one is never excused"


def test_recovery_is_until_every_node_answers_and_nothing_fails():
    history = [good(0, 1), good(1, 10.5), bad(2, 11, **UNAVAILABLE), good(2, 12), good(3, 13, node=1)]
    assert recovery(history, 10, nodes=1) == pytest.approx(1.1)
    assert recovery(history, 10, nodes=2) == pytest.approx(3.1)
    assert recovery(history, 10, nodes=3) == float("inf")
    assert recovery([], 10, nodes=1) == float("inf")


def test_a_percentile_of_few_values_is_the_greatest():
    assert percentile([], 0.99) == 0
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile(range(1, 101), 0.99) == 99


def test_the_line_counts_what_was_found():
    history = [*honest(), bad(3, 12, status=500), good(0, 13), bad(3, 14, **REFUSED)]
    line = Line.of("a fault", history, check(history), 1.25)
    assert line.requests == len([call for call in history if call.action == "refresh"])
    assert str(line).startswith(f"a fault | {line.requests} | {line.acknowledged} | 0 | 1 | 500: 1, 503: 1 (p99 0.1 s); no answer: 1 | 1.2")
