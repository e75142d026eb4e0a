"""Policy: how far one call may go before it gives up. It binds only until the first item."""

from dataclasses import dataclass, field

from cadre.engine.models.calling.retries import Retries


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """`attempts` and `total_seconds` are shared by all targets; an answer may then last longer.

    A target is asked again before the next one is tried as long as that begins within
    `linger_seconds` of its first attempt. `open_circuit_seconds` is how long a call with
    nowhere else to go waits for an open circuit. With `hedge_after_seconds`, a target
    that has not begun by then gets the next one as a rival. A request that one target refuses
    is shown to others only with `retries_refused_elsewhere`.
    """

    retries: Retries = field(default_factory=Retries)
    attempts: int = 10
    total_seconds: float = 300.0
    first_item_seconds: float = 120.0
    linger_seconds: float = 2.0
    open_circuit_seconds: float = 10.0
    hedge_after_seconds: float | None = None
    retries_refused_elsewhere: bool = False
