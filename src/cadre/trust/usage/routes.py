"""Usage over HTTP: sums, charts, shares, single calls, and all of it as a file."""

import csv
import io
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from cadre.infra.database import Database
from cadre.infra.web import (
    CurrentScope,
    Paging,
    Provide,
    Reading,
    Writing,
    file_answers,
    requires,
)
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Via
from cadre.trust.usage.record import UsageKind, UsageStatus
from cadre.trust.usage.schemas import (
    Breakdown,
    Dimension,
    Series,
    Step,
    Summary,
    UsageCall,
    UsageFilter,
    UsageRetention,
)
from cadre.trust.usage.service import Usage
from cadre.trust.usage.timespan import Timespan, read_timespan

router = APIRouter(prefix="/usage", tags=["usage"])

_Usage = Annotated[Usage, Provide(Usage)]
_Name = Annotated[str | None, Query(max_length=200)]
_EXPORT_PAGE = 1000
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


async def _timespan(
    since: Annotated[
        str | None, Query(max_length=40, description="7d, 24h, a date or a time; else 30d.")
    ] = None,
    until: Annotated[
        str | None, Query(max_length=40, description="Likewise; a date counts in full; else now.")
    ] = None,
) -> Timespan:
    return read_timespan(since, until)


async def _filter(
    *,
    model: Annotated[str | None, Query(max_length=300, description="provider:id, or id.")] = None,
    provider: _Name = None,
    agent: _Name = None,
    key: _Name = None,
    user: _Name = None,
    project: _Name = None,
    via: Via | None = None,
    status: UsageStatus | None = None,
    kind: UsageKind | None = None,
) -> UsageFilter:
    return UsageFilter(
        model=model,
        provider=provider,
        agent=agent,
        key=key,
        user=user,
        project=project,
        via=via,
        status=status,
        kind=kind,
    )


_Span = Annotated[Timespan, Depends(_timespan)]
_Filter = Annotated[UsageFilter, Depends(_filter)]


@router.get("/summary", dependencies=[requires("usage:read")])
async def get_summary(work: Reading, usage: _Usage, span: _Span, only: _Filter) -> Summary:
    """Totals, latency, errors, and what this month is going to cost."""
    return await usage.summary(work, span, only)


@router.get("/series", dependencies=[requires("usage:read")])
async def get_series(
    *,
    work: Reading,
    usage: _Usage,
    span: _Span,
    only: _Filter,
    step: Step = "day",
    by: Dimension | None = None,
) -> Series:
    """Points for a chart, by day or hour (UTC)."""
    return await usage.series(work, span, only, step, by)


@router.get("/breakdown", dependencies=[requires("usage:read")])
async def get_breakdown(
    *,
    work: Reading,
    usage: _Usage,
    span: _Span,
    only: _Filter,
    by: Dimension = "model",
    top: Annotated[int, Query(ge=1, le=500, description="How many; the rest together.")] = 50,
) -> Breakdown:
    """Who or what the money went to, the greatest share first."""
    return await usage.breakdown(work, span, only, by, top)


@router.get("/calls", dependencies=[requires("usage:read")])
async def list_calls(
    work: Reading, usage: _Usage, span: _Span, only: _Filter, paging: Paging
) -> Page[UsageCall]:
    """Single calls, the newest first."""
    return await usage.calls(work, span, only, paging.cursor, paging.limit)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=file_answers("text/csv", "application/jsonl"),
    dependencies=[requires("usage:read")],
)
async def export_calls(
    *,
    database: Annotated[Database, Provide(Database)],
    scope: CurrentScope,
    usage: _Usage,
    span: _Span,
    only: _Filter,
    form: Annotated[Literal["csv", "jsonl"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """Every single call of the timespan, as CSV or as lines of JSON."""
    pages = _pages(database, scope, usage, span, only)
    lines = _csv(pages) if form == "csv" else _json_lines(pages)
    disposition = f'attachment; filename="usage-{span.first_day}-{span.last_day}.{form}"'
    headers = {"Content-Disposition": disposition}
    return StreamingResponse(lines, media_type=_TYPES[form], headers=headers)


@router.get("/retention", dependencies=[requires("settings:read")])
async def get_retention(work: Reading, usage: _Usage) -> UsageRetention:
    """For how many days single calls are kept."""
    return await usage.retention(work)


@router.put("/retention", dependencies=[requires("settings:write")])
async def put_retention(work: Writing, usage: _Usage, body: UsageRetention) -> UsageRetention:
    """Keep single calls for so many days; sums by day stay."""
    await usage.keep(work, body)
    return body


async def _pages(
    database: Database, scope: Scope, usage: Usage, span: Timespan, only: UsageFilter
) -> AsyncGenerator[list[UsageCall]]:
    cursor: str | None = None
    while True:
        # No transaction stays open while a slow reader takes its time.
        async with database.read(scope) as work:
            page = await usage.calls(work, span, only, cursor, _EXPORT_PAGE)
        yield page.items
        cursor = page.next
        if cursor is None:
            return


async def _csv(pages: AsyncGenerator[list[UsageCall]]) -> AsyncGenerator[str]:
    yield _rows([list(UsageCall.model_fields)])
    async for calls in pages:
        yield _rows([[_cell(value) for value in call.model_dump().values()] for call in calls])


async def _json_lines(pages: AsyncGenerator[list[UsageCall]]) -> AsyncGenerator[str]:
    async for calls in pages:
        yield "".join(f"{call.model_dump_json()}\n" for call in calls)


def _rows(rows: list[list[object]] | list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """A name that begins like a formula would be one for a spreadsheet."""
    is_formula = isinstance(value, str) and value.startswith(_DANGEROUS)
    return f"'{value}" if is_formula else value
