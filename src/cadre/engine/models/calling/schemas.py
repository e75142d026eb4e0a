"""Health as it is shown: how each provider and model does now, and did before; the cache too."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from cadre.engine.models.calling.breaker import State
from cadre.engine.models.calling.cache import CacheStatistics
from cadre.engine.models.calling.statistics import FailureKind

Standing = Literal["ok", "degraded", "down", "unknown"]
Period = Literal["day", "week", "month"]


class Measures(BaseModel):
    """What a stretch of time was like; None where nothing was measured.

    `calls` are those that say something of the model: neither mistakes of the caller nor
    calls that were cancelled before a word. Seconds are a median and a 95th percentile.
    """

    calls: int
    succeeded: int
    refused: int
    failures: dict[FailureKind, int]
    success_rate: float | None
    first_token_seconds: float | None
    first_token_p95_seconds: float | None
    total_seconds: float | None
    tokens_per_second: float | None
    probes: int


class HealthBucket(Measures):
    """The stretch that began at `at` (epoch seconds)."""

    at: int
    state: Standing


class LastFailure(BaseModel):
    code: str
    detail: str
    at: float


class HealthNow(Measures):
    """The last ten minutes, and whether it is asked at all at the moment."""

    state: Standing
    sentence: str
    circuit: State
    opens_in_seconds: float
    last_failure: LastFailure | None


class TargetHealth(BaseModel):
    """`day` has the hours of the last day that had calls, oldest first."""

    name: str
    now: HealthNow
    day: list[HealthBucket]
    day_success_rate: float | None


class ProviderHealth(BaseModel):
    """A provider: `own` is there if it was probed as a whole."""

    name: str
    state: Standing
    sentence: str
    own: TargetHealth | None
    models: list[TargetHealth]


class HealthPage(BaseModel):
    """Every provider and model that was asked lately or can be asked."""

    at: float
    providers: list[ProviderHealth]


class HealthHistory(BaseModel):
    """Stretches of `step_seconds` since `since`, oldest first; those without calls are left out."""

    name: str
    since: int
    step_seconds: int
    buckets: list[HealthBucket]


class CacheReport(BaseModel):
    """`unpriced_hits` are those whose saving is unknown; they are not in `saved_usd`."""

    hits: int
    misses: int
    hit_rate: float | None
    entries: int
    bytes: int
    saved_usd: Decimal
    unpriced_hits: int

    @classmethod
    def of(cls, statistics: CacheStatistics) -> "CacheReport":
        return cls(
            hits=statistics.hits,
            misses=statistics.misses,
            hit_rate=statistics.hit_rate,
            entries=statistics.entries,
            bytes=statistics.bytes,
            saved_usd=statistics.saved_usd,
            unpriced_hits=statistics.unpriced_hits,
        )


class ProbeResult(BaseModel):
    """What a probe found. `cost_usd` is None where the price is unknown."""

    name: str
    ok: bool
    code: str | None = None
    detail: str
    seconds: float
    cost_usd: Decimal | None
