"""What can be wrong with a key."""

from cadre.kernel.errors import Denied, LimitReached, NotFound, Unauthenticated


class KeyRefused(Unauthenticated):
    """No key, or one that is not known or not valid any more."""

    code = "invalid_api_key"
    title = "The API key is not valid"


class KeyForbidden(Denied):
    """The key is valid, but may not do this."""

    code = "key_forbidden"


class KeyNotFound(NotFound):
    """No such key in this org."""

    code = "key_not_found"


class KeysReached(LimitReached):
    """The org has as many keys as it may have."""

    code = "keys_reached"
    title = "The organisation has all the keys it may have"


class KeyRateReached(LimitReached):
    """The key asked more often than it may."""

    code = "key_rate_reached"

    def __init__(self, per_minute: int, retry_after_seconds: float) -> None:
        super().__init__(
            f"This key may ask {per_minute} times a minute: wait {retry_after_seconds:.0f} seconds."
        )
        self.retry_after_seconds = retry_after_seconds
