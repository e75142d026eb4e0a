"""Usage and budgets over HTTP."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from cadre.infra.database import Database
from cadre.infra.web import install_problems, set_scope
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Budgets
from cadre.trust.budgets.routes import router as budgets_router
from cadre.trust.usage import Usage
from cadre.trust.usage.routes import router as usage_router
from tests.granted import granted
from tests.trust.usage.ledger import Ledger

App = Callable[[Any, Any, Any], Awaitable[None]]
SPAN = {"since": "2026-07-01", "until": "2026-07-31"}


def _as(scope: Scope, app: App) -> App:
    async def signed_in(asgi_scope: Any, receive: Any, send: Any) -> None:
        set_scope(asgi_scope, scope)
        await app(asgi_scope, receive, send)

    return signed_in


@pytest.fixture
async def client(ledger: Ledger) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    services = {Database: ledger.database, Budgets: ledger.budgets, Usage: Usage()}
    app.state.services = services
    app.include_router(budgets_router)
    app.include_router(usage_router)
    install_problems(app)
    transport = httpx2.ASGITransport(granted(_as(ledger.scope, app)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def ten_calls(ledger: Ledger) -> None:
    for number in range(10):
        ledger.log.record(ledger.call(agent="=1+1" if number else "coder", input_tokens=5))
    await ledger.log.flush()


async def test_a_budget_is_added_changed_watched_and_deleted(
    client: httpx2.AsyncClient, ledger: Ledger
):
    added = await client.post("/budgets", json={"limit_usd": "5", "subject_kind": "agent"})
    budget = added.json()
    await ledger.pay(await ledger.budgets.reserve(ledger.spender, Decimal(1)), "4.5")

    status = (await client.get("/budgets/status")).json()["items"]
    alerts = (await client.get("/budgets/alerts")).json()["items"]
    windows = (await client.get(f"/budgets/{budget['id']}/windows")).json()["items"]
    changed = await client.put(
        f"/budgets/{budget['id']}", json={"limit_usd": "100", "mode": "soft"}
    )
    deleted = await client.delete(f"/budgets/{budget['id']}")

    assert added.status_code == 201
    assert (budget["unpriced"], budget["mode"], budget["subject"]) == ("deny", "hard", "*")
    assert [(w["subject"], w["settled_usd"], w["state"]) for w in status] == [
        ("coder", "4.5", "warning")
    ]
    assert windows == status
    assert [(a["level"], a["title"]) for a in alerts] == [
        ("warning", "Monthly budget of each agent")
    ]
    assert changed.json()["unpriced"] == "allow"
    assert deleted.status_code == 204
    assert (await client.get("/budgets")).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "limit_usd"),
        ({"limit_usd": "-1"}, "limit_usd"),
        ({"limit_usd": "1e30"}, "limit_usd"),
        ({"limit_usd": "NaN"}, "limit_usd"),
        ({"limit_usd": "0.0000000001"}, "limit_usd"),
        ({"limit_usd": 1, "mode": "firm"}, "mode"),
        ({"limit_usd": 1, "warn_at": 80}, "warn_at"),
        ({"limit_usd": 1, "period": "year"}, "period"),
        ({"limit_usd": 1, "subject": ""}, "subject"),
        ({"limit_usd": 1, "subject": "somebody"}, "subject"),
        ({"limit_usd": 1, "colour": "red"}, "colour"),
    ],
)
async def test_a_bad_budget_names_the_field(
    client: httpx2.AsyncClient, given: dict[str, Any], field: str
):
    answer = await client.post("/budgets", json=given)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_an_unknown_budget_is_not_found(client: httpx2.AsyncClient):
    for answer in (
        await client.get("/budgets/bud_x"),
        await client.put("/budgets/bud_x", json={"limit_usd": 1}),
        await client.delete("/budgets/bud_x"),
        await client.get("/budgets/bud_x/windows"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_budget")


@pytest.mark.usefixtures("ten_calls")
async def test_usage_is_summed_split_and_listed(client: httpx2.AsyncClient):
    summary = (await client.get("/usage/summary", params=SPAN)).json()
    series = (await client.get("/usage/series", params=SPAN)).json()
    agents = (await client.get("/usage/breakdown", params={**SPAN, "by": "agent"})).json()
    page = (await client.get("/usage/calls", params={**SPAN, "agent": "coder"})).json()

    assert (summary["totals"]["calls"], summary["totals"]["cost_usd"]) == (10, "2.5")
    assert sum(point["calls"] for point in series["points"]) == 10
    assert [(s["name"], s["calls"]) for s in agents["items"]] == [("=1+1", 9), ("coder", 1)]
    assert [call["agent"] for call in page["items"]] == ["coder"]


@pytest.mark.usefixtures("ten_calls")
async def test_everything_leaves_as_csv_and_as_lines_of_json(client: httpx2.AsyncClient):
    sheet = await client.get("/usage/export", params=SPAN)
    lines = await client.get("/usage/export", params={**SPAN, "format": "jsonl"})

    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert len(rows) == len(lines.text.splitlines()) == 10
    assert {row["agent"] for row in rows} == {"coder", "'=1+1"}  # no formula for a spreadsheet
    assert sheet.headers["content-disposition"].endswith('usage-2026-07-01-2026-07-31.csv"')


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("summary", {"since": "yesterday"}, "since"),
        ("series", {"step": "week"}, "step"),
        ("series", {"since": "2020-01-01", "step": "hour"}, "step"),
        ("breakdown", {"by": "colour"}, "by"),
        ("breakdown", {"top": "0"}, "top"),
        ("calls", {"cursor": "x"}, "cursor"),
        ("calls", {"status": "odd"}, "status"),
        ("export", {"format": "xml"}, "format"),
    ],
)
async def test_a_bad_question_names_the_field(
    client: httpx2.AsyncClient, path: str, query: dict[str, str], field: str
):
    answer = await client.get(f"/usage/{path}", params=query)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_retention_is_90_days_until_somebody_says_otherwise(client: httpx2.AsyncClient):
    before = (await client.get("/usage/retention")).json()
    after = (await client.put("/usage/retention", json={"days": 7})).json()
    bad = await client.put("/usage/retention", json={"days": 0})

    assert (before, after) == ({"days": 90}, {"days": 7})
    assert (await client.get("/usage/retention")).json() == {"days": 7}
    assert (bad.status_code, bad.json()["field"]) == (422, "days")
