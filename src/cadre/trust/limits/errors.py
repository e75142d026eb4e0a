"""What is said to whoever has to wait."""

from cadre.kernel.errors import Invalid, LimitReached, NotFound, Unavailable


class RateLimited(LimitReached):
    """Too many requests in the last while."""

    code = "rate_limited"

    def __init__(self, detail: str, retry_after_seconds: float) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class QueueFull(LimitReached):
    """Too much of one org waits already."""

    code = "queue_full"
    retry_after_seconds = 1.0


class Overloaded(Unavailable):
    """The server has more to do than it can do soon; what matters less has to wait."""

    code = "overloaded"

    def __init__(self, detail: str, retry_after_seconds: float) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class SubjectUnknown(Invalid):
    """Nobody can be limited by this name."""

    code = "subject_unknown"


class RuleNotFound(NotFound):
    """The org has no such rule of its own."""

    code = "rule_not_found"
