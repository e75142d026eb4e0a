"""Decision: whether a request may go on, and the headers that say how much is left."""

from math import ceil
from typing import NamedTuple

from cadre.trust.limits.errors import RateLimited


class Decision(NamedTuple):
    """`limit`, `remaining` and `reset_seconds` are of the rule that leaves least.

    `retry_after_seconds` is 0 for what is allowed. A `limit` of -1 says that no rule applies.
    """

    allowed: bool
    limit: int = -1
    seconds: int = 0
    remaining: int = 0
    reset_seconds: float = 0.0
    retry_after_seconds: float = 0.0
    subject: str = ""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """RateLimit fields as ASGI sends them, and Retry-After for what is refused."""
        if self.limit < 0:
            return []
        fields = [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % ceil(self.reset_seconds)),
            (b"ratelimit-policy", b"%d;w=%d" % (self.limit, self.seconds)),
        ]
        if not self.allowed:
            fields.append((b"retry-after", b"%d" % max(1, ceil(self.retry_after_seconds))))
        return fields

    def error(self) -> RateLimited:
        """What to say to whoever was refused."""
        wait = max(1, ceil(self.retry_after_seconds))
        return RateLimited(
            f"At most {self.limit} such requests in {self.seconds} s are taken from one "
            f"{self.subject}. Try again in {wait} s, or have the limit raised.",
            wait,
        )


UNLIMITED = Decision(allowed=True)
