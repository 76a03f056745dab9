"""What was asked and what was answered: the record that the checker reads."""

import base64
import dataclasses

SIGN_IN, REFRESH, REVOKE = "sign_in", "refresh", "revoke"
OWNER, THIEF = "owner", "thief"


@dataclasses.dataclass(frozen=True)
class Call:
    """One request with its answer, if one came; the times are the asker's monotonic clock."""

    family: int
    node: int
    began: float
    ended: float
    presented: str | None = None
    status: int | None = None
    """None: no answer; `error` then says how that was noticed."""
    error: str | None = None
    retry_after: str | None = None
    received: str | None = None
    action: str = REFRESH
    by: str = OWNER

    @property
    def seconds(self):
        return self.ended - self.began

    @property
    def acknowledged(self):
        return self.status == 200

    @property
    def refused(self):
        """Told that this token is no good, and not that there is trouble."""
        return self.status == 400 and self.error == "invalid_grant"

    @property
    def failed(self):
        """No answer, or one that says nothing of the token: an honest client asks again."""
        return not self.acknowledged and not self.refused


def parts(token):
    """(family id, generation) of a refresh token (docs/refresh.md); None when it is none."""
    try:
        raw = base64.urlsafe_b64decode(token.removeprefix("tkvr_") + "==")
    except (ValueError, AttributeError):
        return None
    return (raw[2:18], int.from_bytes(raw[18:22], "big")) if len(raw) == 54 else None


def by_family(history):
    """The calls of each family, in the order in which they began."""
    families = {}
    for call in sorted(history, key=lambda call: call.began):
        families.setdefault(call.family, []).append(call)
    return families
