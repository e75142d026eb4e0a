"""The room Models in a browser: what can be asked, how calls are routed, how providers do."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from tests.doors.browser.conftest import SignIn
from tests.doors.browser.test_pages import scrolls_sideways, serious_faults
from tests.doors.server import Server, free_port
from tests.engine.models.scripted_server import Reply, ScriptedServer

LUNA = "openai:gpt-6-luna"
DEAD = "groq:openai/gpt-oss-20b"
ALIVE = "openai:scripted"
WRONG_ROUTE = """name: mine
rules:
  - objektive: cheapest
    needs:
      capabilities: [text]
"""
TABS = ["", "/routes", "/health", "/prices", "/capabilities", "/recommend"]


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx2.AsyncClient]:
    async with server.signed_in() as client:
        yield client


async def card(client: httpx2.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/models/catalog/{name}")
    answer.raise_for_status()
    return answer.json()


async def ask(server: Server, *models: str) -> None:
    """One streamed call of each of `models`, by the gateway."""
    async with server.signed_in() as client:
        made = (await client.post("/api/v1/keys", json={"name": "calls"})).json()
    async with server.anybody() as client:
        for model in models:
            body = {
                "model": model,
                "stream": True,
                "messages": [{"role": "user", "content": "hello"}],
            }
            headers = {"Authorization": f"Bearer {made['key']}"}
            await client.post("/v1/chat/completions", json=body, headers=headers)


async def add_dead_provider(server: Server) -> None:
    async with server.signed_in() as client:
        body = {"base_url": f"http://127.0.0.1:{free_port()}/v1", "key": "gsk-nobody-is-there"}
        (await client.put("/api/v1/providers/groq", json=body)).raise_for_status()


async def write(page: Page, text: str) -> None:
    """Put `text` in place of what the editor holds."""
    editor = page.get_by_role("textbox", name="Route in YAML")
    await editor.click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(text)


def toast(page: Page) -> Locator:
    return page.get_by_label("Notifications")


async def test_models_are_searched_and_filtered_and_the_address_says_so(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/agents")
    await page.get_by_role("heading", name="Agents").wait_for()
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    table = page.get_by_role("table", name="Models")
    await expect(table).to_have_attribute("aria-rowcount", re.compile(r"^1[0-9][0-9]$"))

    await page.get_by_label("Filter models by name").fill("gpt-4o mini")
    await page.get_by_label("Capability").select_option("transcription")

    await expect(table).to_have_attribute("aria-rowcount", "2")
    await expect(table.get_by_role("row").last).to_contain_text("GPT-4o mini Transcribe")
    await expect(page).to_have_url(re.compile("capability=transcription"))
    await page.reload()
    await expect(table).to_have_attribute("aria-rowcount", "2")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Price")).to_be_visible()


async def test_models_are_ordered_by_a_column_with_unknown_prices_last(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models")

    await page.get_by_role("button", name="In, $/M").click()
    await page.get_by_role("button", name="In, $/M").click()

    header = page.get_by_role("columnheader", name="In, $/M")
    await expect(header).to_have_attribute("aria-sort", "descending")
    first = page.get_by_role("table", name="Models").get_by_role("row").nth(1)
    await expect(first).to_contain_text("o1-pro")


async def test_only_what_can_be_used_is_nothing_without_a_provider(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models")

    await page.get_by_role("button", name="Only what we can use").click()

    await expect(page.get_by_role("heading", name="No provider is connected yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Add a provider")).to_be_visible()


async def test_an_own_price_counts_at_once_and_is_undone(
    server: Server, sign_in: SignIn, client: httpx2.AsyncClient
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models/{LUNA}")
    shipped = (await card(client, LUNA))["card"]["price"]["input"]

    await page.get_by_role("button", name="Set your own price").click()
    form = page.get_by_role("form", name=f"Own price of {LUNA}")
    await form.get_by_label("Input", exact=True).fill("much")
    await form.get_by_role("button", name="Save the price").click()
    await expect(form.get_by_text("An amount in USD, like 0.40, or empty.")).to_be_visible()
    await form.get_by_label("Input", exact=True).fill("0.0375")
    await form.get_by_role("button", name="Save the price").click()

    prices = page.get_by_role("table", name="Prices")
    await expect(prices.get_by_role("row").nth(1)).to_contain_text("$0.0375")
    assert (await card(client, LUNA))["card"]["price"]["input"] == "0.0375"
    await toast(page).get_by_role("button", name="Undo").click()
    await expect(prices.get_by_role("row").nth(1)).to_contain_text("$0.10")
    after = await card(client, LUNA)
    assert after["card"]["price"]["input"] == shipped
    assert not after["own"]


async def test_a_hidden_model_is_gone_until_it_is_shown_again(
    server: Server, sign_in: SignIn, client: httpx2.AsyncClient
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models/{LUNA}?q=luna")

    await page.get_by_role("button", name="Hide", exact=True).click()
    await expect(page.get_by_role("button", name="Show again")).to_be_visible()
    assert (await card(client, LUNA))["hidden"]
    await page.goto(f"{server.url}/models?status=hidden")
    table = page.get_by_role("table", name="Models")
    await table.get_by_role("link", name="GPT-6 Luna").click()
    await page.get_by_role("button", name="Show again").click()

    await expect(page.get_by_role("button", name="Hide", exact=True)).to_be_visible()
    assert not (await card(client, LUNA))["hidden"]


async def test_a_model_of_ones_own_is_added_found_and_deleted_with_a_way_back(
    server: Server, sign_in: SignIn, client: httpx2.AsyncClient
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models")

    await page.get_by_role("link", name="Add a model").click()
    form = page.get_by_role("form", name="New model")
    await form.get_by_label("Provider").fill("workshop")
    await form.get_by_label("Context").fill("lots")
    await form.get_by_role("button", name="Add the model").click()
    await expect(form.get_by_text("The name by which the provider knows")).to_be_visible()
    await expect(form.get_by_label("Context")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Model").fill("tiny-1")
    await form.get_by_label("Context").fill("32k")
    await form.get_by_label("Tools").check()
    await form.get_by_role("button", name="Add the model").click()

    await expect(page).to_have_url(re.compile("workshop"))
    await expect(page.get_by_text("said by your organisation").first).to_be_visible()
    made = (await card(client, "workshop:tiny-1"))["card"]
    assert (made["context_tokens"], made["capabilities"]) == (32_000, ["text", "tools"])
    assert made["price"] is None
    await page.get_by_role("button", name="More about this model").click()
    await page.get_by_role("menuitem", name="Delete your card").click()
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await toast(page).get_by_role("button", name="Undo").last.click()
    await page.goto(f"{server.url}/models?status=own")
    await expect(page.get_by_role("link", name="tiny-1")).to_be_visible()


async def test_a_mistake_in_a_route_is_shown_on_its_line_and_the_saved_one_has_a_history(
    server: Server, sign_in: SignIn, client: httpx2.AsyncClient
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models/routes")
    await page.get_by_role("link", name="Start from this example").click()
    await write(page, WRONG_ROUTE)
    note = page.locator(".cm-fault-note")
    await expect(note).to_contain_text("`rules[0].objektive` is not a field of a route")
    await expect(page.get_by_role("alert")).to_contain_text("Line 3")

    await write(page, WRONG_ROUTE.replace("objektive", "objective"))
    await expect(note).to_have_count(0)
    await page.keyboard.press("Control+s")
    await expect(page).to_have_url(re.compile("/models/routes/mine"))
    await write(page, WRONG_ROUTE.replace("objektive: cheapest", "objective: best"))
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("version 2", exact=True)).to_be_visible()

    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_role("figure")).to_contain_text("added:   - objective: best")
    await page.get_by_role("button", name="Version 1").click()
    await page.get_by_role("button", name="Restore as a new version").click()
    await expect(page.get_by_text("version 3", exact=True)).to_be_visible()
    saved = (await client.get("/api/v1/models/routes/mine")).json()
    assert saved["route"]["rules"][0]["objective"] == "cheapest"


async def test_a_typed_route_is_explained_before_it_is_saved(scripted: Server, sign_in: SignIn):
    page = await sign_in(scripted)
    await page.goto(f"{scripted.url}/models/routes/cheap?tab=explain")
    decision = page.get_by_role("region", name="Decision")
    await expect(decision).to_contain_text(f"Goes to {ALIVE}, by rule 1")

    await page.get_by_label("Pictures").check()
    await expect(decision).to_contain_text("No model can answer this")
    await decision.get_by_text(re.compile(r"^Passed over: \d+ models")).click()
    rows = decision.get_by_role("list", name="Passed over").get_by_role("listitem")
    await expect(rows.filter(has_text=ALIVE)).to_contain_text("can't see")


async def test_a_dry_run_shows_who_would_have_answered(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(Reply(text="Here.", times=0))
    await ask(scripted, ALIVE, "auto")
    page = await sign_in(scripted)
    await page.goto(f"{scripted.url}/models/routes/cheap?tab=dry-run")
    await expect(page.get_by_text("All 2 calls would go where they went.")).to_be_visible()

    await page.get_by_role("tab", name="Definition").click()
    await write(page, "name: cheap\nrules:\n  - targets: [openai:gpt-4.1]\n")
    await page.get_by_role("tab", name="Dry run").click()

    await expect(page.get_by_text(re.compile("2 of 2 calls would go elsewhere"))).to_be_visible()


async def test_health_shows_a_dead_provider_beside_a_living_one(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    await add_dead_provider(scripted)
    page = await sign_in(scripted)
    await page.goto(f"{scripted.url}/models/health")
    await expect(page.get_by_text("No calls in the last day.")).to_be_visible()

    model.say(Reply(text="Here.", times=0))
    await ask(scripted, DEAD, DEAD, f"{DEAD},{ALIVE}", ALIVE)
    await page.reload()

    dead, alive = page.get_by_role("region", name="groq"), page.get_by_role("region", name="openai")
    await expect(dead.get_by_role("listitem").filter(has_text=DEAD)).to_contain_text("100 %")
    await expect(dead.get_by_text(re.compile("Down|Circuit")).first).to_be_visible()
    await expect(alive.get_by_role("listitem").first).to_contain_text("Healthy")
    strip = alive.get_by_role("slider").first
    await strip.focus()
    await page.keyboard.press("Home")
    await expect(strip).to_have_attribute("aria-valuetext", re.compile("no calls"))
    await page.keyboard.press("End")
    await expect(strip).to_have_attribute("aria-valuetext", re.compile("went well|no calls"))


async def test_a_probe_says_whether_a_provider_answers(scripted: Server, sign_in: SignIn):
    await add_dead_provider(scripted)
    page = await sign_in(scripted)
    await page.goto(f"{scripted.url}/models/health")

    await page.get_by_role("button", name="Probe now: openai", exact=True).click()
    await expect(toast(page)).to_contain_text("openai answered in")
    await page.get_by_role("button", name="Probe now: groq", exact=True).click()
    await expect(toast(page)).to_contain_text("groq does not answer")


async def test_a_public_price_is_taken_over_and_given_back(
    server: Server, sign_in: SignIn, client: httpx2.AsyncClient
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/models/prices")
    first = page.get_by_role("list", name="Differences").get_by_role("listitem").first
    name = await first.get_by_role("link").inner_text()

    await first.get_by_role("button", name="Take it over").click()
    await expect(toast(page)).to_contain_text(f"The public price of {name} counts")
    assert (await card(client, name))["own"]
    await toast(page).get_by_role("button", name="Undo").click()

    async with asyncio.timeout(10):
        while (await card(client, name))["own"]:  # noqa: ASYNC110  # asked over HTTP: nothing to wait on
            await asyncio.sleep(0.05)


async def test_a_recommendation_gives_reasons_and_the_matrix_leads_to_its_models(
    scripted: Server, sign_in: SignIn
):
    page = await sign_in(scripted)
    await page.goto(f"{scripted.url}/models/recommend")
    await page.get_by_label("What should the model do?").fill("Call tools cheaply")
    await page.get_by_role("button", name="Recommend models").click()
    best = page.get_by_role("list", name="Models, best first").get_by_role("listitem").first
    await expect(best).to_contain_text(ALIVE)

    await page.get_by_role("link", name="Capabilities").click()
    row = page.get_by_role("row").filter(has_text="Moderation")
    await row.get_by_role("link").first.click()

    await expect(page).to_have_url(re.compile("capability=moderation"))


async def test_on_a_phone_the_other_rooms_are_behind_more(server: Server, sign_in: SignIn):
    page = await sign_in(server, width=390, height=844)

    await page.get_by_role("button", name="More rooms").click()
    await page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Models").click()

    await expect(page).to_have_url(f"{server.url}/models")
    await page.get_by_role("link", name=re.compile("Claude Opus 5.5")).click()
    await expect(page.get_by_role("heading", name="Claude Opus 5.5")).to_be_visible()
    await page.get_by_role("button", name="Back").click()
    await expect(page.get_by_label("Filter models by name")).to_be_visible()


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
    await add_dead_provider(scripted)
    model.say(Reply(text="Here.", times=0))
    await ask(scripted, ALIVE, DEAD)
    page = await sign_in(scripted, width=width, height=height, scheme=scheme)
    faults: dict[str, list[str]] = {}

    for path in (
        *TABS,
        f"/{ALIVE}",
        f"/{LUNA}",
        "/xai:grok-3",
        "/+new",
        "/routes/cheap",
        "/routes/+new",
        "/routes/cheap?tab=explain",
        "/routes/cheap?tab=dry-run",
        "/routes/cheap?tab=history",
        f"/health?open={ALIVE}",
        "/recommend?task=Read long contracts",
    ):
        await page.goto(f"{scripted.url}/models{path}")
        await page.get_by_role("navigation", name="Models").wait_for()
        await page.wait_for_timeout(700)
        found = await serious_faults(page)
        if await scrolls_sideways(page):
            found.append("scrolls sideways")
        if found:
            faults[path] = found

    assert faults == {}
