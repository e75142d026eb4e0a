"""Options: what a caller may say in headers of ours besides what its dialect knows.

`X-Cadre-Cache-Seconds: 3600` takes an answer that is known, or keeps this one for so long;
`X-Cadre-Cache: refresh` asks anew and keeps that, `bypass` does neither.
"""

from cadre.engine.models.targets import CallOptions
from cadre.infra.asgi import BadField, Exchange

_LONGEST_SECONDS = 30 * 24 * 3600


def call_options(exchange: Exchange) -> CallOptions:
    """What the headers of a request ask for."""
    seconds = exchange.header(b"x-cadre-cache-seconds")
    if seconds and not (seconds.isdecimal() and int(seconds) <= _LONGEST_SECONDS):
        raise BadField(f"X-Cadre-Cache-Seconds has to be a whole number up to {_LONGEST_SECONDS}.")
    kept = int(seconds) if seconds else None
    match exchange.header(b"x-cadre-cache") or "use":
        case ("use" | "refresh" | "bypass") as mode:
            return CallOptions(mode, kept, request_id=exchange.request_id)
        case _:
            raise BadField("X-Cadre-Cache has to be one of: use, refresh, bypass.")
