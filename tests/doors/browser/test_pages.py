"""Every page, at phone and desktop width, in dark and light: usable, and nothing serious for axe."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.doors.browser.conftest import SignIn
from tests.doors.server import Server

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


async def serious_faults(page: Page) -> list[str]:
    # Evaluated by the debugger, which the page's content security policy does not bind.
    await page.evaluate(AXE.read_text())
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in result["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


async def scrolls_sideways(page: Page) -> bool:
    return await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_page_is_accessible_and_fits(
    server: Server, sign_in: SignIn, width: int, height: int, scheme: str
):
    page = await sign_in(server, width=width, height=height, scheme=scheme)
    await page.get_by_text("total revenue by region in orders.csv as a bar chart").click()
    await expect(page.get_by_role("article", name="Answer")).to_contain_text("215,378.58")
    conversation = page.url
    runs = await page.evaluate("fetch('/api/v1/runs').then(r => r.json())")
    faults: dict[str, list[str]] = {}

    for path in (
        conversation.removeprefix(server.url),
        "/",
        "/runs",
        f"/runs/{runs['items'][0]['id']}",
        "/approvals",
        "/agents",
        "/agents/assistant",
        "/settings",
    ):
        await page.goto(server.url + path)
        await page.wait_for_load_state("networkidle") if path == "/" else None
        await page.get_by_role("navigation").first.wait_for()
        await page.wait_for_timeout(500)
        found = await serious_faults(page)
        if await scrolls_sideways(page):
            found.append("scrolls sideways")
        if found:
            faults[path] = found

    assert faults == {}


async def test_the_keyboard_reaches_every_room(server: Server, sign_in: SignIn):
    page = await sign_in(server)

    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.type("settings")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(f"{server.url}/settings")


async def test_a_key_is_made_shown_once_and_works(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings")
    await (
        page.get_by_role("link", name="API keys")
        .or_(page.get_by_role("tab", name="API keys"))
        .first.click()
    )

    await page.get_by_placeholder("nightly import").fill("laptop")
    await page.get_by_role("button", name="Create a key").click()
    shown = await page.get_by_test_id("fresh-key").inner_text()

    async with server.anybody() as client:
        answer = await client.get(
            "/api/v1/me", headers={"Authorization": f"Bearer {shown.strip()}"}
        )
    assert answer.status_code == 200
    await page.reload()
    await expect(page.get_by_text(shown.strip())).to_have_count(0)
