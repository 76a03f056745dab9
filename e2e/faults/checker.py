"""Reads a history and tells every promise of docs/reliability.md that it breaks. Nothing here asks a server.

A server's own times are between the begin and the end of a call: each rule takes the end of the two that accuses nobody
wrongly.
"""

import collections
import dataclasses
import math

from history import REFRESH, REVOKE, SIGN_IN, THIEF, Call, by_family, parts


@dataclasses.dataclass(frozen=True)
class Promise:
    """The figures that the promises name."""

    window: float = 60
    """W: how long a lost answer may be asked for again."""
    answer: float = 11
    """How long a 503 may take: the server's own time-outs, and one second."""
    clock: float = 2
    """How far a rotation may be ahead and still count as one just now."""
    lag: tuple[float, float] | None = None
    """From when to when nothing reached the replica that then took over."""


@dataclasses.dataclass(frozen=True)
class Finding:
    rule: str
    what: str
    call: Call | None = None

    def __str__(self):
        return f"{self.rule}: {self.what}" + (f" ({self.call})" if self.call else "")


def check(history, promise=Promise()):
    """Every finding; none means that the history keeps every promise."""
    found = [*nothing_asked(history), *unavailability(history, promise)]
    for calls in by_family(history).values():
        found += [*lost(calls, promise), *doubled(calls, promise), *ended_goes_on(calls, promise), *strange(calls), *given_up(calls)]
    return found


def nothing_asked(history):
    refreshes = [call for call in history if call.action == REFRESH]
    if not refreshes:
        yield Finding("nothing", "no refresh was asked for: the run tells nothing")
    elif not any(call.acknowledged for call in refreshes):
        yield Finding("nothing", "no refresh was acknowledged")


def unavailability(history, promise):
    """Trouble is a 503 that says when to come again, in time; and some answer always comes."""
    for call in history:
        if call.status is not None and call.status >= 500 and call.status != 503:
            yield Finding("500", f"an answer {call.status}", call)
        if call.status == 503 and not _is_positive(call.retry_after):
            yield Finding("no Retry-After", f"a 503 with Retry-After: {call.retry_after}", call)
        if call.status is None and call.error == "timeout":
            yield Finding("slow", f"no answer for {call.seconds:.1f} s", call)
    latency = percentile([call.seconds for call in history if call.status == 503], 0.99)
    if latency > promise.answer:
        yield Finding("slow", f"one in a hundred 503 took {latency:.1f} s or longer, more than {promise.answer} s")


def lost(calls, promise):
    """The last acknowledged token of a family is refused, though nothing ended the family."""
    if _begun_in(calls, promise.lag):
        return
    last, asked, ends = None, {}, _possible_ends(calls)
    for call in calls:
        if call.by == THIEF or call.action == REVOKE:
            continue
        if call.acknowledged:
            last = call.received
            continue
        first = asked.setdefault(call.presented, call.began)
        if call.refused and call.action == REFRESH and call.presented == last:
            # A rotation whose answer was lost is at least as young as the first request for it.
            late = call.ended - first > promise.window
            if not late and not any(end < call.ended for end in ends):
                yield Finding("lost", "the last acknowledged token is refused", call)


def doubled(calls, promise):
    """A token is worth one successor, for W, and until the successor is used."""
    accepted = collections.defaultdict(list)
    for call in calls:
        if call.action == REFRESH and call.acknowledged:
            accepted[call.presented].append(call)
    givers = collections.defaultdict(set)
    for presented, uses in accepted.items():
        successors = {call.received for call in uses}
        for successor in successors:
            givers[successor].add(presented)
        if len(successors) > 1:
            yield Finding("doubled", "one token, two successors", uses[-1])
        made = min(call.ended for call in uses)
        used = min((call.ended for successor in successors for call in accepted.get(successor, [])), default=math.inf)
        for call in uses:
            if call.began > made + promise.window + promise.clock:
                yield Finding("doubled", f"accepted {call.began - made:.1f} s after its successor was made", call)
            if call.began > used:
                yield Finding("doubled", "accepted after its successor was used", call)
    for successor, presented in givers.items():
        if len(presented) > 1:
            yield Finding("doubled", "one successor for two tokens", accepted[presented.pop()][-1])


def ended_goes_on(calls, promise):
    """After an acknowledged end, by revocation or by a theft that was found, no token of the family is accepted."""
    ends = [call for call in calls if _ends(call) and not _within(call, promise.lag)]
    over = min((call.ended for call in ends), default=math.inf)
    for call in calls:
        if call.action == REFRESH and call.acknowledged and call.began > over:
            yield Finding("ended", "an ended family is refreshed", call)


def strange(calls):
    """Answers that mean nothing, and tokens that are not the next of their family."""
    own = None
    for call in calls:
        if call.status in (None, 503) or call.refused and call.action == REFRESH or call.status is not None and call.status >= 500:
            continue
        if not call.acknowledged:
            yield Finding("strange", f"an answer {call.status} {call.error}", call)
        elif call.action != REVOKE:
            received, presented = parts(call.received), parts(call.presented)
            own = own or received and received[0]
            if received is None or received[0] != own:
                yield Finding("strange", "a token that is none of this family", call)
            elif call.action == REFRESH and (presented is None or received[1] != presented[1] + 1):
                yield Finding("strange", "a successor that is not the next", call)


def given_up(calls):
    """An honest client asks until it is answered: its last request is not one without an answer."""
    own = [call for call in calls if call.by != THIEF]
    if own and own[-1].failed:
        yield Finding("unanswered", "the client gave up", own[-1])


def percentile(values, share):
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0


def recovery(history, fault_ended, nodes):
    """Seconds from the end of the fault until every node acknowledges, and no request fails any more."""
    seconds = 0.0
    for node in range(nodes):
        calls = [call for call in history if call.action == REFRESH and call.node == node and call.began >= fault_ended]
        first = min((call.ended for call in calls if call.acknowledged), default=math.inf)
        failures = max((call.ended for call in calls if call.failed), default=fault_ended)
        seconds = max(seconds, first - fault_ended, failures - fault_ended)
    return seconds


def _ends(call):
    revoked = call.action == REVOKE and call.acknowledged
    return revoked or call.by == THIEF and call.refused


def _possible_ends(calls):
    """When each end of the family may have happened at the earliest; an end that got no answer may have happened."""
    return [call.began for call in calls if call.action == REVOKE or call.by == THIEF and not call.acknowledged]


def _begun_in(calls, lag):
    return any(call.action == SIGN_IN and call.acknowledged and _within(call, lag) for call in calls)


def _within(call, lag):
    return lag is not None and call.began <= lag[1] and call.ended >= lag[0]


def _is_positive(text):
    return text is not None and text.isdecimal() and int(text) > 0
