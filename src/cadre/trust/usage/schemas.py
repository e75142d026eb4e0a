"""Usage as it is asked for and shown. Money is USD, times are seconds since 1970."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

Dimension = Literal["model", "provider", "agent", "key", "user", "project", "via", "status", "kind"]
Step = Literal["day", "hour"]

# How long single calls are kept if nobody says otherwise, and at most.
USAGE_DAYS, MOST_DAYS = 90, 3650


class UsageFilter(BaseModel):
    """Only calls of which all of these are so. `model` is "provider:id", or the id alone."""

    model: str | None = None
    provider: str | None = None
    agent: str | None = None
    key: str | None = None
    user: str | None = None
    project: str | None = None
    via: str | None = None
    status: str | None = None
    kind: str | None = None


class Totals(BaseModel):
    """Sums over calls. `unpriced` calls cost something that nobody knows; they are not in `cost_usd`."""

    calls: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    cache_hits: int = 0
    saved_usd: Decimal = Decimal(0)


class Share(Totals):
    """The part of the totals that belongs to `name`; empty where there is none."""

    name: str


class Breakdown(BaseModel):
    """The greatest shares first, and `others` together."""

    by: str
    items: list[Share]
    others: Totals | None


class Point(Totals):
    """What happened in the step that begins at `at`."""

    at: float
    name: str | None = None


class Series(BaseModel):
    """One point a step, also where nothing happened; with `by`, one a step and name that has any."""

    step: Step
    by: str | None
    points: list[Point]


class Percentiles(BaseModel):
    """Milliseconds, by nearest rank; None where there is nothing to measure."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Latency(BaseModel):
    """Of the newest `calls` that went well and reached a provider."""

    calls: int
    first_token_ms: Percentiles
    total_ms: Percentiles


class ErrorShare(BaseModel):
    code: str
    calls: int
    share: float = Field(description="Of all calls in the timespan.")


class Forecast(BaseModel):
    """What the month is going to cost, if it goes on as in the days before."""

    month: str
    spent_usd: Decimal
    expected_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    method: str


class Summary(BaseModel):
    since: float
    until: float
    totals: Totals
    statuses: dict[str, int]
    error_rate: float | None
    cache_hit_rate: float | None
    latency: Latency
    errors: list[ErrorShare]
    forecast: Forecast


class UsageCall(BaseModel):
    """One call. `cost_usd` is None where the price is unknown."""

    id: str
    at: float
    project_id: str
    environment: str
    user_id: str | None
    key_id: str | None
    agent: str | None
    run_id: str | None
    via: str
    provider: str
    model: str
    asked: str | None
    route: str | None
    kind: str
    status: str
    error_code: str | None
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    characters: int
    seconds: float
    images: int
    searches: int
    cost_usd: Decimal | None
    first_token_ms: float | None
    total_ms: float
    attempts: int
    cache_hit: bool
    saved_usd: Decimal
    request_id: str | None


class UsageRetention(BaseModel):
    """Calls are kept for so many days; their sums by day stay."""

    days: int = Field(default=USAGE_DAYS, ge=1, le=MOST_DAYS)
