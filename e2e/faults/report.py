"""A line a fault: what was asked, what broke, and how soon all was well again."""

import collections
import dataclasses
import math

from checker import percentile
from history import REFRESH

HEAD = "fault | requests | acknowledged | lost | doubled | 5xx by kind | recovery, s"


@dataclasses.dataclass(frozen=True)
class Line:
    fault: str
    requests: int
    acknowledged: int
    lost: int
    doubled: int
    kinds: dict
    slowest: float
    """What 99 of 100 answers 503 did not exceed."""
    unanswered: int
    recovery: float
    families: int

    @classmethod
    def of(cls, fault, history, findings, recovery):
        calls = [call for call in history if call.action == REFRESH]
        rules = collections.Counter(finding.rule for finding in findings)
        kinds = collections.Counter(call.status for call in history if call.status and call.status >= 500)
        return cls(
            fault, len(calls), sum(call.acknowledged for call in calls), rules["lost"], rules["doubled"], dict(sorted(kinds.items())),
            percentile([call.seconds for call in history if call.status == 503], 0.99),
            sum(call.status is None for call in history), recovery, len({call.family for call in history}))

    def __str__(self):
        kinds = ", ".join(f"{kind}: {count}" for kind, count in self.kinds.items()) or "none"
        if 503 in self.kinds:
            kinds += f" (p99 {self.slowest:.1f} s)"
        if self.unanswered:
            kinds += f"; no answer: {self.unanswered}"
        recovery = "never" if math.isinf(self.recovery) else f"{self.recovery:.1f}"
        return f"{self.fault} | {self.requests} | {self.acknowledged} | {self.lost} | {self.doubled} | {kinds} | {recovery}"
