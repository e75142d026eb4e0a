"""How long data is kept, and the data of single people, in a real browser."""

import sqlite3
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, expect

from tests.doors.browser.conftest import SignIn, Visit
from tests.doors.browser.people import ANNA, add_anna, enter, faults_of, fill_in
from tests.doors.scripted import ask
from tests.doors.server import Server, is_over, until

API = "/api/v1"
DAYS = 86_400
OPEN_ALL = """
for (const closed of document.querySelectorAll("main details:not([open]) > summary"))
  closed.click()
"""


def wrote(page: Page, path: str):  # playwright's own type is private
    """Waits for the answer to a change below `path`."""

    def is_it(response: Response) -> bool:
        return path in response.url and response.request.method != "GET"

    return page.expect_response(is_it)


async def two_conversations(server: Server) -> None:
    """One of today, and one in which nothing was said for a hundred days."""
    async with server.signed_in() as client:
        runs = [await ask(client, "What can you do?") for _ in range(2)]
        for run in runs:
            await until(client, run["id"], is_over)
    await server.stop()
    with sqlite3.connect(server.home / "cadre.db") as database:
        database.execute(
            "UPDATE conversations SET updated_at = updated_at - ? WHERE id = ?",
            (100 * DAYS, runs[0]["session_id"]),
        )
    await server.restart()


async def test_a_change_of_days_says_what_it_deletes_and_then_does(server: Server, sign_in: SignIn):
    await two_conversations(server)
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/data")
    row = page.get_by_role("row").filter(has_text="Conversations in which")
    await expect(row.get_by_role("cell").nth(1)).to_contain_text("2")
    forever = page.get_by_role("checkbox", name="Keep Conversations for ever")
    await expect(forever).to_be_checked()

    await forever.uncheck()
    days = page.get_by_label("Days that Conversations are kept")
    await days.fill("0")
    await expect(page.get_by_text("A whole number of days from 1")).to_be_visible()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await days.fill("200")
    await expect(page.get_by_text("Nothing goes at once.")).to_be_visible()
    await days.fill("30")
    await expect(page.get_by_text("1 record would go within the hour, for good.")).to_be_visible()
    await expect(row.get_by_role("cell").last).to_contain_text("1")
    async with wrote(page, "/data/retention"):
        await page.get_by_role("button", name="Save, and delete 1 record").click()
    await expect(page.get_by_role("button", name="Conversations as usual")).to_be_visible()

    await page.get_by_role("button", name="Apply now").click()
    async with wrote(page, "/data/retention/apply"):
        await page.get_by_role("button", name="Delete what is too old, for good").click()
    await expect(page.get_by_role("list", name="What went")).to_contain_text("Conversations: 1")
    await expect(row.get_by_role("cell").nth(1)).to_contain_text("1")
    async with server.signed_in() as client:
        left = (await client.get(f"{API}/conversations")).json()["items"]
    assert len(left) == 1

    async with wrote(page, "/data/retention"):
        await page.get_by_role("button", name="Conversations as usual").click()
        await page.get_by_role("button", name="Save", exact=True).click()
    await expect(forever).to_be_checked()


async def test_while_everything_is_held_nothing_is_applied_and_nobody_is_erased(
    server: Server, sign_in: SignIn
):
    await add_anna(server)
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/data")
    await page.get_by_label("Why").fill("Case 12/2026")
    async with wrote(page, "/data/hold"):
        await page.get_by_role("button", name="Hold everything").click()
    await expect(page.get_by_text("Everything is held")).to_be_visible()
    await expect(page.get_by_text("Case 12/2026")).to_be_visible()
    await expect(page.get_by_role("button", name="Apply now")).to_have_count(0)

    await page.goto(f"{server.url}/settings/members?q=anna")
    await page.get_by_role("button", name="Anna Ek").click()
    await page.get_by_role("button", name="Erase", exact=True).click()
    await page.get_by_label(f"Type {ANNA} to go on").fill(ANNA)
    await page.get_by_role("button", name="Erase all of it for good").click()
    await expect(page.get_by_role("alert").filter(has_text="Not erased")).to_be_visible()
    await expect(page.get_by_label(f"Type {ANNA} to go on")).to_have_value(ANNA)

    await page.goto(f"{server.url}/settings/data")
    await page.get_by_role("button", name="End the hold").click()
    async with wrote(page, "/data/hold"):
        await page.get_by_role("button", name="End it: what is too old goes").click()
    await expect(page.get_by_role("button", name="Apply now")).to_be_visible()


async def test_a_person_is_exported_and_then_erased(
    server: Server, sign_in: SignIn, visit: Visit, tmp_path: Path
):
    await add_anna(server)
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members?q=anna")
    await page.get_by_role("button", name="Anna Ek").click()
    await page.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("link", name="Download the archive")
    await expect(link).to_be_visible()
    async with page.expect_download() as download:
        await link.click()
    await (await download.value).save_as(tmp_path / "anna.zip")
    with zipfile.ZipFile(tmp_path / "anna.zip") as archive:
        told = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert ANNA in told

    await page.get_by_role("button", name="Erase", exact=True).click()
    forever = page.get_by_role("button", name="Erase all of it for good")
    await page.get_by_label(f"Type {ANNA} to go on").fill("anna")
    await expect(forever).to_be_disabled()
    await page.get_by_label(f"Type {ANNA} to go on").fill(ANNA.upper())
    async with wrote(page, "/erase"):
        await forever.click()
    await expect(page.get_by_text("Nobody matches")).to_be_visible()
    await page.goto(f"{server.url}/settings/data")
    jobs = page.get_by_role("list", name="Exports and erasures").get_by_role("listitem")
    erasure = jobs.filter(has_text="Erasure of").first
    await expect(erasure).to_contain_text("Done")
    await expect(erasure).to_contain_text("deleted")
    assert ANNA not in await page.content()
    stranger = await visit(f"{server.url}/signin")
    await fill_in(stranger)
    await expect(stranger.get_by_text("E-mail address or password is wrong.")).to_be_visible()


async def test_somebody_takes_their_own_data_along(server: Server, visit: Visit, tmp_path: Path):
    await add_anna(server, "user")
    page = await visit(f"{server.url}/account/data")
    await enter(page)
    await page.get_by_role("button", name="Prepare an archive").click()
    link = page.get_by_role("link", name="Download the archive")
    await expect(link).to_be_visible()
    async with page.expect_download() as download:
        await link.click()
    await (await download.value).save_as(tmp_path / "me.zip")
    with zipfile.ZipFile(tmp_path / "me.zip") as archive:
        told = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert ANNA in told
    await page.reload()
    await expect(page.get_by_role("list", name="Archives")).to_contain_text("Done")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_page_of_trust_is_accessible_and_fits(
    server: Server, sign_in: SignIn, width: int, height: int, scheme: str
):
    await add_anna(server)
    async with server.signed_in() as client:
        wanted = {"name": "Google", "kind": "google", "client_id": "1234.apps.example"}
        made = await client.post(f"{API}/identity-providers", json=wanted)
        invited = await client.post(f"{API}/members", json={"email": "ben@acme.example"})
        exported = await client.post(f"{API}/account/exports")
    paths = {
        "identity": f"/settings/identity?open={made.json()['id']}",
        "data": "/settings/data",
        "invited": f"/settings/members?open={invited.json()['member']['id']}",
        "own data": "/account/data",
    }
    page = await sign_in(server, width=width, height=height, scheme=scheme)
    faults: dict[str, list[str]] = {}

    for name, path in paths.items():
        await page.goto(server.url + path)
        await page.wait_for_load_state("networkidle")
        await page.evaluate(OPEN_ALL)
        faults[name] = await faults_of(page)
    await page.goto(f"{server.url}/settings/identity?open={made.json()['id']}")
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_role("button", name="Add a rule").click()
    faults["a provider"] = await faults_of(page)
    await page.goto(f"{server.url}/settings/data")
    await page.get_by_role("checkbox", name="Keep Conversations for ever").uncheck()
    await page.get_by_label("Days that Conversations are kept").fill("none")
    faults["days"] = await faults_of(page)

    assert exported.status_code == 202
    assert {name: found for name, found in faults.items() if found} == {}
