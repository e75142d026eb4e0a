"""The room Usage in a real browser: what it shows is what was written down, to the cent."""

import csv
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from cadre.infra.database import Database
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT
from cadre.trust.budgets import Budgets, Line, Reservation
from cadre.trust.usage import UsageLog, UsageRecord
from tests.doors.browser.conftest import SignIn
from tests.doors.browser.test_pages import scrolls_sideways, serious_faults
from tests.doors.scripted import ask
from tests.doors.server import Server, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer

DAY = 86_400.0
MODELS = [  # provider, model, USD per million tokens in and out
    ("openai", "gpt-5.2", "1.75", "14"),
    ("anthropic", "claude-sonnet-4-6", "3", "15"),
    ("openai", "gpt-5-mini", "0.25", "2"),
    ("google", "gemini-3-flash", "0.50", "3"),
    ("groq", "llama-4-maverick", "0.20", "0.60"),
    ("mistral", "mistral-large-2512-with-a-name-that-goes-on-and-on", "0.50", "1.50"),
    ("deepseek", "deepseek-chat", "0.28", "0.42"),
    ("openai", "text-embedding-3-large", "0.13", "0"),
    ("xai", "grok-4-fast", "0.20", "0.50"),
    ("cohere", "command-a", "2.50", "10"),
]
AGENTS = ["assistant", "analyst", "researcher", None]


def month_of_calls(now: float, days: int = 30, a_day: int = 12) -> list[UsageRecord]:
    """The same calls on every run: more on working days, few of them dear, some that failed."""
    random = Random(7)
    return [
        _record(random, f"use_{day:03}_{number:03}", now - day * DAY - random.random() * 3000)
        for day in range(days)
        for number in range(a_day if day % 7 < 5 else a_day // 3)
    ]


def _record(random: Random, id_: str, at: float) -> UsageRecord:
    rank = min(int(random.expovariate(0.45)), len(MODELS) - 1)
    provider, model, price_in, price_out = MODELS[rank]
    tokens_in, tokens_out = random.randint(800, 60_000), random.randint(40, 4_000)
    agent = random.choice(AGENTS)
    status = random.choices(["ok", "error", "cancelled", "refused"], [94, 3, 2, 1])[0]
    cost = (tokens_in * Decimal(price_in) + tokens_out * Decimal(price_out)) / 1_000_000
    return UsageRecord(
        id=id_,
        at=at,
        org=DEFAULT_ORG,
        project=DEFAULT_PROJECT,
        environment="production",
        provider=provider,
        model=model,
        via="gateway" if agent is None else "run",
        status=status,  # pyright: ignore[reportArgumentType]  # one of the four above
        error_code="rate_limited" if status == "error" else None,
        key_id="key_nightly" if agent is None else None,
        agent=agent,
        run_id=None if agent is None else "run_0123456789",
        asked="ours" if rank < 4 else f"{provider}:{model}",
        route="ours" if rank < 4 else None,
        input_tokens=tokens_in,
        cached_tokens=tokens_in // 3,
        output_tokens=tokens_out,
        cost_usd=None if provider == "xai" else cost if status == "ok" else Decimal(0),
        first_token_ms=random.uniform(180, 1400),
        total_ms=random.uniform(1500, 24_000),
        attempts=2 if status == "error" else 1,
        cache_hit=random.random() < 0.05,
        saved_usd=cost if random.random() < 0.05 else None,
    )


async def write(
    server: Server, records: Sequence[UsageRecord], lines: tuple[Line, ...] = ()
) -> None:
    """Write them into the database of a running server, as another process of it would."""
    database = Database(f"sqlite:///{server.home / 'cadre.db'}")
    budgets = Budgets(database)
    log = UsageLog(database, budgets, server.home.parent / "spool")
    try:
        await budgets.open()
        await log.open()
        for record in records:
            log.record(record, Reservation(f"res_{record.id}", 0, lines) if lines else None)
        await log.close()
    finally:
        await budgets.close()
        await database.close()


def day_of(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def in_view(records: Sequence[UsageRecord]) -> list[UsageRecord]:
    """Those of the last 30 days, as the page counts them."""
    first = day_of(time.time() - 29 * DAY)
    return [record for record in records if day_of(record.at) >= first]


def usd(amount: Decimal) -> str:
    """As the page writes it; no day here cost less than a hundredth of a cent."""
    if not amount:
        return "$0"
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"


def sums(records: Sequence[UsageRecord], key: Callable[[UsageRecord], str]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        found[key(record)] += record.cost_usd or Decimal(0)
    return dict(found)


async def cells(table: Locator) -> list[list[str]]:
    """The words of a table, row by row, with plain spaces."""
    rows: list[list[str]] = await table.evaluate(
        "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [[re.sub(r"\s+", " ", cell).strip() for cell in row] for row in rows]


def figure(page: Page, label: str) -> Locator:
    """A figure at the top, by its label."""
    return page.locator("dl > div").filter(has_text=label).first


async def connect(client: httpx2.AsyncClient, model: ScriptedServer) -> None:
    """A provider with two models that can do the same, one for a tenth of the other's price."""
    prices = {"dear": {"input": "10", "output": "30"}, "cheap": {"input": "1", "output": "3"}}
    body = {"base_url": model.base_url, "models": ["dear", "cheap"], "prices": prices}
    (await client.put("/api/v1/providers/steady", json={**body, "key": "sk-s"})).raise_for_status()
    default = {"name": "steady:dear"}
    (await client.put("/api/v1/models/default", json=default)).raise_for_status()


async def call(server: Server, client: httpx2.AsyncClient) -> None:
    """One call of the gateway with a new key, as any program makes it."""
    key = (await client.post("/api/v1/keys", json={"name": "nightly import"})).json()["key"]
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        said = [{"role": "user", "content": "hello"}]
        body = {"model": "steady:dear", "messages": said, "stream": True}
        headers = {"Authorization": f"Bearer {key}"}
        answer = await client.post("/v1/chat/completions", headers=headers, json=body)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def written(server: Server) -> list[UsageRecord]:
    """What the database of `server` holds of the days in view."""
    records = month_of_calls(time.time())
    await write(server, records)
    return in_view(records)


async def test_chart_and_table_agree_with_what_was_written_to_the_cent(
    server: Server, written: list[UsageRecord], sign_in: SignIn
):
    page = await sign_in(server)

    await page.get_by_role("link", name="Usage").click()

    total = sum((record.cost_usd or Decimal(0) for record in written), Decimal(0))
    await expect(figure(page, "Spent")).to_contain_text(usd(total))
    await expect(figure(page, "Calls")).to_contain_text(str(len(written)))
    unpriced = sum(record.cost_usd is None for record in written)
    await expect(page.get_by_text(f"The price of {unpriced} calls")).to_be_visible()
    table = await cells(page.get_by_role("table", name="By model"))
    by_model = sums(written, lambda record: f"{record.provider}:{record.model}")
    shown = {row[0]: row[2] for row in table[1:]}
    assert shown.pop("xai:grok-4-fast", None) == "unknown"
    by_model.pop("xai:grok-4-fast")
    assert shown == {name: usd(amount) for name, amount in by_model.items()}
    chart = await cells(page.get_by_role("table", name="The chart as a table"))
    by_day = sums(written, lambda record: day_of(record.at))
    assert len(chart) == 31
    for row in chart[1:]:
        day = datetime.strptime(row[0], "%a, %b %d, %Y").strftime("%Y-%m-%d")
        assert row[1] == usd(by_day.get(day, Decimal(0))), row[0]


async def test_grouping_and_filtering_live_in_the_address(
    server: Server, written: list[UsageRecord], sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/usage")
    by_agent = sums(written, lambda record: record.agent or "No agent")

    await page.get_by_text("Agent", exact=True).click()
    table = page.get_by_role("table", name="By agent")
    await table.get_by_role("button", name="analyst").click()

    await expect(page).to_have_url(re.compile(r"by=agent.*agent=analyst|agent=analyst.*by=agent"))
    await expect(figure(page, "Spent")).to_contain_text(usd(by_agent["analyst"]))
    rows = {row[0]: row[2].partition(" +?")[0] for row in (await cells(table))[1:]}
    assert rows == {name: usd(amount) for name, amount in by_agent.items()}
    chart = page.get_by_role("table", name="The chart as a table")
    assert (await cells(chart))[0] == ["Time", "All", "analyst"]
    await page.reload()
    await expect(figure(page, "Spent")).to_contain_text(usd(by_agent["analyst"]))
    await table.get_by_role("link", name="Calls of analyst").click()
    own = sum(record.agent == "analyst" for record in written)
    await expect(page.get_by_role("status").filter(has_text=f"{own} calls")).to_be_visible()
    await page.get_by_role("link", name="Spend").click()
    await page.get_by_role("button", name=re.compile("Remove the filter.*analyst")).click()
    total = sum(by_agent.values(), Decimal(0))
    await expect(figure(page, "Spent")).to_contain_text(usd(total))
    await table.get_by_role("button", name="No agent").click()
    await expect(figure(page, "Spent")).to_contain_text(usd(by_agent["No agent"]))


async def test_the_chart_is_walked_by_keys_and_opens_a_day(
    server: Server, written: list[UsageRecord], sign_in: SignIn
):
    page = await sign_in(server)
    await page.get_by_role("link", name="Agents").click()
    await page.get_by_role("heading", name="Agents").wait_for()
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    chart = page.get_by_role("slider", name="Chart over time")
    yesterday = day_of(time.time() - DAY)
    spent = sums(written, lambda record: day_of(record.at))[yesterday]

    await chart.focus()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowLeft")
    said = await chart.get_attribute("aria-valuetext")
    await page.keyboard.press("Enter")

    assert usd(spent) in (said or "")
    await expect(page).to_have_url(re.compile(f"since={yesterday}"))
    await expect(figure(page, "Spent")).to_contain_text(usd(spent))


async def test_a_call_is_opened_with_the_way_to_its_run_and_key(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(Reply(text="Hello there!", times=0))
    async with scripted.signed_in() as client:
        await connect(client, model)
        await call(scripted, client)
        run = await until(client, (await ask(client, "hello"))["id"], is_over)
    page = await sign_in(scripted)

    await page.goto(f"{scripted.url}/usage/calls")
    table = page.get_by_role("table", name="Calls")
    await expect(table.get_by_text("nightly import")).to_be_visible()
    await table.get_by_text("nightly import").click()
    pane = page.get_by_role("region", name="One call")

    await expect(pane.get_by_text("$0.0016", exact=True)).to_be_visible()
    await expect(pane.get_by_text("Answered", exact=True)).to_be_visible()
    await page.reload()
    await expect(pane.get_by_text("nightly import")).to_be_visible()
    await page.keyboard.press("k")
    await expect(pane.get_by_role("link", name=run["id"])).to_be_visible()
    await pane.get_by_role("link", name=run["id"]).click()
    await expect(page).to_have_url(f"{scripted.url}/runs/{run['id']}")
    await page.go_back()
    await page.keyboard.press("Escape")
    await expect(pane).to_have_count(0)


async def test_the_export_holds_every_call_in_view_and_no_other(
    server: Server, written: list[UsageRecord], sign_in: SignIn, tmp_path: Path
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/usage/calls")
    await page.get_by_label("Agent", exact=True).select_option("analyst")
    await expect(page).to_have_url(re.compile("agent=analyst"))
    own = {record.id: record for record in written if record.agent == "analyst"}

    files: dict[str, Path] = {}
    for form in ("CSV", "lines of JSON"):
        await page.get_by_role("button", name="Export").click()
        async with page.expect_download() as waiting:
            await page.get_by_role("menuitem", name=form).click()
        download = await waiting.value
        files[form] = tmp_path / download.suggested_filename
        await download.save_as(files[form])

    rows = list(csv.DictReader(files["CSV"].read_text().splitlines()))
    lines = [json.loads(line) for line in files["lines of JSON"].read_text().splitlines()]
    assert {row["id"] for row in rows} == {line["id"] for line in lines} == set(own)
    for line in lines:
        cost = own[line["id"]].cost_usd
        assert cost is None if line["cost_usd"] is None else Decimal(line["cost_usd"]) == cost
    assert [file.suffix for file in files.values()] == [".csv", ".jsonl"]


async def add_budget(page: Page, limit: str) -> None:
    await (
        page.get_by_role("button", name="Write my own")
        .or_(page.get_by_role("button", name="New budget"))
        .click()
    )
    form = page.get_by_role("dialog")
    await form.get_by_label("Limit in USD").fill("a lot")
    await form.get_by_role("button", name="Add the budget").click()
    field = form.get_by_label("Limit in USD")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description("An amount in USD, like 20 or 0.50.")
    await field.fill(limit)
    await form.get_by_text("Soft", exact=True).click()
    await form.get_by_role("button", name="Add the budget").click()
    await expect(form).to_have_count(0)


async def test_a_budget_is_added_filled_changed_and_deleted_with_a_way_back(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(Reply(text="Hello there!", times=0))
    page = await sign_in(scripted)
    async with scripted.signed_in() as client:
        await connect(client, model)
        await page.goto(f"{scripted.url}/usage/budgets")

        await add_budget(page, "0.002")
        bar = page.get_by_role("progressbar", name="Monthly budget of the organisation").first
        await expect(bar).to_have_attribute("aria-valuenow", "0")
        await call(scripted, client)
        await expect(bar).to_have_attribute("aria-valuenow", "80")
        await expect(page.get_by_text("$0.0016 of $0.0020, 80 %")).to_be_visible()
        alerts = page.get_by_role("list", name="Alerts")
        await expect(alerts.get_by_text("Came near")).to_be_visible()

        await choose(page, "Change")
        await page.get_by_label("Limit in USD").fill("0.016")
        await page.get_by_role("button", name="Save the budget").click()
        await expect(bar).to_have_attribute("aria-valuenow", "10")
        await page.get_by_role("button", name="Undo").click()
        await expect(bar).to_have_attribute("aria-valuenow", "80")

        await choose(page, "Delete")
        await expect(bar).to_have_count(0)
        await page.get_by_role("button", name="Undo").click()
        await expect(bar).to_have_attribute("aria-valuenow", "80")
        await choose(page, "Delete")
        await expect(page.get_by_text("No budget yet")).to_be_visible()
        await expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        await page.reload()
        await expect(page.get_by_text("No budget yet")).to_be_visible()
        left = (await client.get("/api/v1/budgets")).json()["items"]

    assert left == []


async def choose(page: Page, action: str) -> None:
    await page.get_by_role("button", name="More about Monthly budget").click()
    await page.get_by_role("menuitem", name=action).click()


async def test_the_example_budget_is_one_click_and_what_was_typed_stays(
    server: Server, written: list[UsageRecord], sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/usage/budgets")

    await page.get_by_role("button", name="Warn me at $20 a month").click()
    await expect(page.get_by_text("$0 of $20.00")).to_be_visible()
    await page.get_by_role("button", name="New budget").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("What it covers").select_option("agent")
    await form.get_by_label("Limit in USD").fill("0.01")
    await expect(form.get_by_role("status")).to_contain_text("At the pace of the last 7 days")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="New budget").click()

    await expect(form.get_by_label("Limit in USD")).to_have_value("0.01")


async def test_windows_that_are_over_stay_in_the_history(server: Server, sign_in: SignIn):
    records = month_of_calls(time.time(), days=1)
    async with server.signed_in() as client:
        made = await client.post("/api/v1/budgets", json={"limit_usd": "1000", "mode": "soft"})
        id_ = made.json()["id"]
    for window in ("2026-01", "2026-02"):
        own = [replace(record, id=f"{record.id}_{window}") for record in records]
        await write(server, own, (Line(id_, DEFAULT_ORG, window),))
    page = await sign_in(server)

    await page.goto(f"{server.url}/usage/budgets")
    await page.get_by_role("button", name="Open Monthly budget of the organisation").click()

    total = usd(sum((record.cost_usd or Decimal(0) for record in records), Decimal(0)))
    table = await cells(page.get_by_role("table", name="Windows of Monthly budget"))
    assert [(row[0], row[2]) for row in table[1:]] == [("2026-02", total), ("2026-01", total)]


async def test_advice_says_what_another_model_would_have_cost(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    page = await sign_in(scripted)
    async with scripted.signed_in() as client:
        await connect(client, model)
    await page.goto(f"{scripted.url}/usage/advice")
    await expect(page.get_by_text("No advice for this time")).to_be_visible()
    calls = [_dear(record) for record in month_of_calls(time.time(), days=5)]

    await write(scripted, calls)
    await page.reload()

    advice = page.get_by_role("list", name="Advice").get_by_role("listitem").first
    await expect(advice).to_contain_text(f"These {len(calls)} calls of steady:dear")
    await expect(advice).to_contain_text("90% less on steady:cheap")
    await expect(advice).to_contain_text("Not compared yet")
    link = advice.get_by_role("link", name="steady:dear", exact=True)
    await expect(link).to_have_attribute("href", re.compile("/models/steady"))
    await advice.get_by_role("link", name="See these calls").click()
    await expect(page.get_by_role("status").filter(has_text=f"{len(calls)} calls")).to_be_visible()


def _dear(record: UsageRecord) -> UsageRecord:
    cost = (record.input_tokens * Decimal(10) + record.output_tokens * Decimal(30)) / 1_000_000
    told = {"provider": "steady", "model": "dear", "status": "ok", "cost_usd": cost}
    return replace(record, **told, cache_hit=False, saved_usd=None, cached_tokens=0)


async def test_how_long_calls_are_kept_is_set_with_a_way_back(
    server: Server, written: list[UsageRecord], sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/usage/calls")

    await page.get_by_role("button", name="Kept 90 days").click()
    field = page.get_by_label("Days that single calls are kept")
    await field.fill("0")
    await page.get_by_role("button", name="Keep them so long").click()
    await expect(field).to_have_accessible_description("A whole number of days from 1 to 3,650.")
    await field.fill("400")
    await page.get_by_role("button", name="Keep them so long").click()
    await expect(page.get_by_role("button", name="Kept 400 days")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()

    await expect(page.get_by_role("button", name="Kept 90 days")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_tab_is_accessible_and_fits(
    scripted: Server,
    model: ScriptedServer,
    sign_in: SignIn,
    width: int,
    height: int,
    scheme: str,
):
    async with scripted.signed_in() as client:
        await connect(client, model)
        body = {"limit_usd": "5", "mode": "hard"}
        budget = (await client.post("/api/v1/budgets", json=body)).json()["id"]
    page = await sign_in(scripted, width=width, height=height, scheme=scheme)
    faults: dict[str, Any] = {}

    await look(page, scripted, ("", "/calls", "/budgets", "/advice"), "empty", faults)
    records = month_of_calls(time.time())
    month = day_of(time.time())[:7]
    await write(scripted, records, (Line(budget, DEFAULT_ORG, month),))
    await write(scripted, [_dear(replace(one, id=f"{one.id}_dear")) for one in records])
    newest = max(records, key=lambda record: record.at)
    paths = ("", "?by=agent&agent=analyst", "/calls", f"/calls?call={newest.id}&at={newest.at}")
    await look(page, scripted, (*paths, f"/budgets?budget={budget}", "/advice"), "full", faults)
    await page.goto(f"{scripted.url}/usage/budgets")
    await page.get_by_role("button", name="New budget").click()
    await page.get_by_role("dialog").get_by_label("Limit in USD").fill("20")
    faults["the form"] = await serious_faults(page)

    assert {path: found for path, found in faults.items() if found} == {}


async def look(
    page: Page, server: Server, paths: Sequence[str], state: str, faults: dict[str, Any]
) -> None:
    for path in paths:
        await page.goto(f"{server.url}/usage{path}")
        await page.get_by_role("navigation", name="Usage").wait_for()
        await page.wait_for_load_state("networkidle")
        found = await serious_faults(page)
        if await scrolls_sideways(page):
            found.append("scrolls sideways")
        faults[f"{state}: {path}"] = found
