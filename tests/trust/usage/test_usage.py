"""What records add up to: sums, shares, charts, percentiles; the same from days and from calls."""

import time
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from cadre.trust.usage import RETAINED, Timespan, Usage, UsageFilter, UsageRecord, read_timespan
from tests.trust.usage.ledger import AT, Ledger

DAY = 86_400
MIDNIGHT = AT - AT % DAY
WHOLE = Timespan(MIDNIGHT - 5 * DAY, MIDNIGHT + DAY)
ODD = Timespan(WHOLE.since + 1, WHOLE.until - 1)
ALL = UsageFilter()
USAGE = Usage()


def calls(ledger: Ledger) -> list[UsageRecord]:
    """Ten calls: two models, two agents, a cached one, a failed one, one without a price."""
    plain = [
        ledger.call(
            at=MIDNIGHT - (number % 3) * DAY + 3600 * number,
            input_tokens=100,
            output_tokens=10,
            total_ms=100.0 * (number + 1),
            first_token_ms=10.0 * (number + 1),
            model="big" if number % 2 else "small",
            agent="coder" if number < 3 else None,
            cost_usd=Decimal(number + 1) / 1000,
        )
        for number in range(7)
    ]
    odd = [
        ledger.call(cache_hit=True, cost_usd=Decimal(0), saved_usd=Decimal("0.5"), total_ms=1.0),
        ledger.call(status="error", error_code="model_unavailable", cost_usd=Decimal(0)),
        ledger.call(cost_usd=None, model="unknown", total_ms=800.0),
    ]
    return plain + odd


@pytest.fixture
async def work(ledger: Ledger) -> AsyncIterator[Work]:
    for record in calls(ledger):
        ledger.log.record(record)
    await ledger.log.flush()
    async with ledger.database.read(ledger.scope) as work:
        yield work


@pytest.mark.parametrize("span", [WHOLE, ODD], ids=["days", "calls"])
async def test_a_summary_counts_what_has_no_price_by_itself(work: Work, span: Timespan):
    found = await USAGE.summary(work, span, ALL)

    assert span.is_whole_days is (span == WHOLE)
    assert (found.totals.calls, found.totals.unpriced) == (10, 1)
    assert found.totals.cost_usd == Decimal("0.028")
    assert (found.totals.input_tokens, found.totals.output_tokens) == (700, 70)
    assert (found.totals.saved_usd, found.cache_hit_rate) == (Decimal("0.5"), 0.1)
    assert found.statuses == {"ok": 9, "error": 1}
    assert found.error_rate == 0.1
    assert [(e.code, e.calls, e.share) for e in found.errors] == [("model_unavailable", 1, 0.1)]


async def test_percentiles_are_of_calls_that_reached_a_provider_and_went_well(work: Work):
    latency = (await USAGE.summary(work, WHOLE, ALL)).latency

    assert latency.calls == 8
    assert latency.total_ms.model_dump() == {"p50": 400, "p95": 800, "p99": 800}
    assert latency.first_token_ms.model_dump() == {"p50": 40, "p95": 70, "p99": 70}


@pytest.mark.parametrize("span", [WHOLE, ODD], ids=["days", "calls"])
async def test_shares_come_by_cost_and_the_rest_together(work: Work, span: Timespan):
    models = await USAGE.breakdown(work, span, ALL, "model", 2)
    agents = await USAGE.breakdown(work, span, UsageFilter(status="ok"), "agent", 10)

    assert [(s.name, s.cost_usd) for s in models.items] == [
        ("openai:small", Decimal("0.016")),
        ("openai:big", Decimal("0.012")),
    ]
    assert models.others is not None
    assert (models.others.calls, models.others.unpriced) == (3, 1)
    assert [(s.name, s.calls) for s in agents.items] == [("", 4), ("coder", 5)]
    assert agents.others is None


@pytest.mark.parametrize("by", ["provider", "key", "user", "project", "via", "status", "kind"])
async def test_every_dimension_adds_up_to_the_totals(work: Work, by: str):
    for span in (WHOLE, ODD):
        found = await USAGE.breakdown(work, span, ALL, by, 50)  # pyright: ignore[reportArgumentType]  # one of the literals

        assert sum(share.calls for share in found.items) == 10


@pytest.mark.parametrize("span", [WHOLE, ODD], ids=["days", "calls"])
async def test_a_series_has_a_point_for_days_without_calls(work: Work, span: Timespan):
    series = await USAGE.series(work, span, ALL, "day", None)

    assert [point.calls for point in series.points] == [0, 0, 0, 2, 2, 6]
    assert series.points[0].at == WHOLE.since
    assert series.points[-1].at == MIDNIGHT


async def test_a_series_by_hour_puts_each_call_into_its_hour(work: Work):
    series = await USAGE.series(work, Timespan(MIDNIGHT, MIDNIGHT + DAY), ALL, "hour", None)

    hours = [int(p.at - MIDNIGHT) // 3600 for p in series.points if p.calls]
    assert hours == [0, 3, 6, 10]
    assert len(series.points) == 24


async def test_a_series_by_name_adds_up_to_the_totals(work: Work):
    series = await USAGE.series(work, WHOLE, ALL, "day", "model")

    assert {point.name for point in series.points} >= {"openai:big", "openai:small"}
    assert sum(point.calls for point in series.points) == 10


async def test_a_model_is_found_by_its_id_and_by_its_whole_name(work: Work):
    for name in ("big", "openai:big"):
        found = await USAGE.summary(work, WHOLE, UsageFilter(model=name))
        assert found.totals.calls == 3


async def test_calls_come_page_by_page_each_once(work: Work):
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await USAGE.calls(work, WHOLE, ALL, cursor, 3)
        seen += [call.id for call in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 10
    with pytest.raises(Invalid):
        await USAGE.calls(work, WHOLE, ALL, "x~y", 3)


async def test_another_org_sees_nothing(work: Work, ledger: Ledger, other_scope: Scope):
    async with ledger.database.read(other_scope) as other:
        for span in (WHOLE, ODD):
            found = await USAGE.summary(other, span, ALL)
            assert found.totals.calls == 0
            assert found.error_rate is None
            assert (await USAGE.breakdown(other, span, ALL, "model", 5)).items == []
        assert (await USAGE.calls(other, WHOLE, ALL, None, 5)).items == []


async def test_the_forecast_goes_on_as_in_the_days_before(ledger: Ledger):
    now = time.time()
    for days_ago in range(1, 15):
        ledger.log.record(ledger.call(at=now - days_ago * DAY, cost_usd=Decimal(2)))
    await ledger.log.flush()

    async with ledger.database.read(ledger.scope) as work:
        found = await USAGE.forecast(work, ALL)

    left = found.expected_usd - found.spent_usd
    assert found.low_usd == found.expected_usd == found.high_usd
    assert 0 <= left <= 62
    assert "14 full days" in found.method


async def test_without_history_the_forecast_says_so(ledger: Ledger):
    async with ledger.database.read(ledger.scope) as work:
        found = await USAGE.forecast(work, ALL)

    assert found.expected_usd == 0
    assert "no full day yet" in found.method


async def test_old_calls_are_forgotten_and_their_sums_stay(ledger: Ledger, other_scope: Scope):
    now = time.time()
    for days_ago in (1, 40, 100):
        ledger.log.record(ledger.call(at=now - days_ago * DAY))
        ledger.log.record(ledger.call(at=now - days_ago * DAY, org=other_scope.org))
    await ledger.log.flush()
    async with ledger.database.begin(ledger.scope) as work:
        retention = await USAGE.retention(work)
        await USAGE.keep(work, retention.model_copy(update={"days": 30}))

    async with ledger.database.begin(ledger.scope) as work:
        kept = (await USAGE.retention(work)).days
        assert (await RETAINED.expire(work, now - kept * DAY, 500)).rows == 2

    left = await ledger.rows("select org_id, count(*) from usage_calls group by 1 order by 1")
    assert [tuple(row) for row in left] == [("org_acme", 1), ("org_globex", 3)]
    assert await ledger.scalar("select sum(calls) from usage_days") == 6


def test_timespans_are_read_as_people_write_them():
    now = AT

    assert read_timespan("7d", None, now) == Timespan(MIDNIGHT - 6 * DAY, MIDNIGHT + DAY)
    assert read_timespan("24h", None, now) == Timespan(AT - DAY, AT)
    assert read_timespan("2026-07-01", "2026-07-02", now) == Timespan(
        MIDNIGHT - 11 * DAY, MIDNIGHT - 9 * DAY
    )
    assert read_timespan("2026-07-12T09:00:00Z", None, now) == Timespan(AT - 3600, AT)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("yesterday", None, "since"),
        ("7d", "2026-13-01", "until"),
        ("2026-07-02", "2026-07-01", "since"),
        ("99999999-01-01", None, "since"),
    ],
)
def test_a_timespan_that_is_none_names_the_field(since: str, until: str | None, field: str):
    with pytest.raises(Invalid) as error:
        read_timespan(since, until, AT)

    assert error.value.field == field
