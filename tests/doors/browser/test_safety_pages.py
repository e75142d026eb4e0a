"""Policies, consents, the audit log, limits and secrets in a real browser: what is set there counts."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, Response, expect

from tests.doors.browser.conftest import SignIn
from tests.doors.browser.test_pages import scrolls_sideways, serious_faults
from tests.doors.scripted import ask
from tests.doors.server import Server, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

NO_LISTING = """package cadre.org.files

import rego.v1

deny contains "Nobody looks around." if {
\tinput.tool.name == "list_files"
}
"""
TESTS = """package cadre.tests.files

import rego.v1

import data.cadre.org.files

test_listing_is_denied if {
\tcount(files.deny) == 1 with input as {"tool": {"name": "list_files"}}
}
"""
VALUE = "tok-3f9a-never-to-be-seen-again"
NEXT_VALUE = "tok-77c1-another-one-to-hide"


async def list_files(client: httpx2.AsyncClient, model: ScriptedServer) -> dict[str, Any]:
    """A run whose model lists the files; returns it when it is over."""
    model.say(Reply(calls=[call("list_files", {})]), Reply(text="Well."))
    run = await ask(client, "What is there?")
    return await until(client, run["id"], is_over)


async def decisions_of(client: httpx2.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """Decisions are written in batches, a moment later."""
    for _ in range(200):
        found = (await client.get(f"/api/v1/policies/decisions?run_id={run_id}")).json()["items"]
        if found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"Nothing was decided in {run_id}")


async def write(page: Page, label: str, text: str) -> None:
    """Replace what is in an editor."""
    editor = page.get_by_role("textbox", name=label)
    await editor.click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(text)


async def test_a_policy_is_written_tested_tried_and_decides_real_calls(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    async with scripted.signed_in() as client:
        before = await decisions_of(client, (await list_files(client, model))["id"])
        page = await sign_in(scripted)
        await page.goto(f"{scripted.url}/settings/policies")
        await page.get_by_role("button", name="New policy").click()
        await page.get_by_label("Name", exact=True).fill("files")
        await page.get_by_role("button", name="Begin").click()

        await write(page, "Policy in Rego", NO_LISTING.replace("==", "= ="))
        await expect(page.locator(".cm-fault")).to_contain_text("input.tool.name")
        await expect(page.get_by_role("alert")).to_contain_text("Line 6")
        await write(page, "Policy in Rego", NO_LISTING)
        await expect(page.locator(".cm-fault")).to_have_count(0)

        await page.get_by_role("tab", name="Tests").click()
        await write(page, "Tests in Rego", TESTS.replace("== 1", "== 2"))
        await page.get_by_role("button", name="Run the tests").click()
        await expect(page.get_by_role("list", name="Result of each test")).to_contain_text("fails")
        await write(page, "Tests in Rego", TESTS)
        await page.get_by_role("button", name="Run the tests").click()
        await expect(page.get_by_text("All 1 pass")).to_be_visible()

        await page.get_by_role("tab", name="Dry run").click()
        await page.get_by_role("button", name="Dry run").click()
        await expect(page.get_by_text("Of 1 decision, 1 stricter.")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="list_files")
        await expect(row).to_contain_text("Allowed")
        await expect(row).to_contain_text("Denied")
        await expect(row).to_contain_text("Nobody looks around.")

        await page.get_by_role("tab", name="Policy", exact=True).click()
        await page.get_by_role("button", name="Save the policy").click()
        still = await decisions_of(client, (await list_files(client, model))["id"])
        await page.get_by_role("button", name="Put version 1 in force").click()
        await expect(page.get_by_text("Version 1 in force")).to_be_visible()
        after_run = await list_files(client, model)
        after = await decisions_of(client, after_run["id"])

        await page.goto(f"{scripted.url}/settings/policies?tab=decisions&run={after_run['id']}")
        await page.get_by_role("row").filter(has_text="Nobody looks around.").click()
        chain = page.get_by_role("list", name="Rules that matched").get_by_role("listitem")
        await expect(chain.filter(has_text="decides")).to_contain_text("Nobody looks around.")

    assert [one["effect"] for one in (before[0], still[0], after[0])] == ["allow", "allow", "deny"]
    assert after[0]["reasons"] == ["Nobody looks around."]


async def test_a_policy_has_a_history_and_can_be_restored_and_taken_out(
    server: Server, sign_in: SignIn
):
    async with server.signed_in() as client:
        for text in (NO_LISTING, NO_LISTING.replace("Nobody", "No one")):
            saved = await client.put("/api/v1/policies/files", json={"text": text})
            saved.raise_for_status()
        (await client.post("/api/v1/policies/files/activate", json={})).raise_for_status()
        page = await sign_in(server)
        await page.goto(f"{server.url}/settings/policies?open=files&tab=history")

        versions = page.get_by_role("list", name="Versions")
        await versions.get_by_role("button", name="Version 1").click()
        await page.get_by_role("button", name="Restore as a new version").click()
        await expect(page.get_by_text("version 3 is a draft")).to_be_visible()
        await page.get_by_role("tab", name="Policy", exact=True).click()
        await write(page, "Policy in Rego", NO_LISTING.replace("looks", "peeks"))
        await page.get_by_role("button", name="Save a new version").click()
        await expect(page.get_by_text("version 4 is a draft")).to_be_visible()
        await page.get_by_role("button", name="Take out of force").click()
        await expect(page.get_by_text("Not in force")).to_be_visible()
        idle = (await client.get("/api/v1/policies/files")).json()
        third = (await client.get("/api/v1/policies/files?version=3")).json()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("Version 2 in force")).to_be_visible()

    assert (idle["version"], idle["active"]) == (4, None)
    assert (third["text"], "peeks" in idle["text"]) == (NO_LISTING, True)


async def test_what_ships_can_be_read_and_a_call_be_tried(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/policies")

    await page.get_by_role("link", name="defaults.rego").click()
    await expect(page.get_by_role("textbox", name="defaults.rego in Rego")).to_contain_text(
        "package cadre.defaults"
    )
    await page.get_by_role("button", name="All policies").click()
    await page.get_by_role("tab", name="Try a call").click()
    form = page.get_by_role("form", name="Try a call")
    await form.get_by_label("Tool", exact=True).fill("http_get")
    await form.get_by_label("Arguments (JSON)").fill("{oops")
    await form.get_by_role("button", name="Decide").click()
    await expect(form).to_contain_text("Not valid JSON")
    await form.get_by_label("Arguments (JSON)").fill('{"url": "http://example.org"}')
    await form.get_by_label("web page").check()
    await form.get_by_role("button", name="Decide").click()

    chain = page.get_by_role("list", name="Rules that matched")
    await expect(chain).to_contain_text("speaks with the world outside")
    await expect(page.get_by_text("A person is asked before it is made.")).to_be_visible()


async def test_consents_are_given_answered_and_withdrawn(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        asked = await client.post("/api/v1/consents", json={"tool": "mail_send", "reason": "News"})
        page = await sign_in(server)
        await page.goto(f"{server.url}/settings/consents")
        mine = page.get_by_role("list", name="Consents", exact=True).get_by_role("listitem")

        await mine.filter(has_text="mail_send").get_by_role("button", name="Refuse").click()
        form = page.get_by_role("form", name="Give a consent")
        await form.get_by_label("Tool", exact=True).fill("http_get")
        await form.get_by_label("It holds").select_option("always")
        await form.get_by_role("button", name="Give it").click()
        await expect(mine.filter(has_text="http_get")).to_contain_text("Given")
        granted = (await client.get("/api/v1/consents?status=granted")).json()["items"]
        await page.get_by_role("button", name="Withdraw the consent for http_get").click()
        await expect(mine.filter(has_text="http_get")).to_have_count(0)
        revoked = (await client.get("/api/v1/consents?status=revoked")).json()["items"]
        await page.get_by_text("Everybody", exact=True).click()
        await expect(page.get_by_role("heading", name="Consents of everybody")).to_be_visible()
        refused = (await client.get("/api/v1/consents?status=denied")).json()["items"]

    assert [(one["tool"], one["span"]) for one in granted] == [("http_get", "always")]
    assert [one["id"] for one in revoked] == [granted[0]["id"]]
    assert [one["id"] for one in refused] == [asked.json()["id"]]


async def test_the_audit_log_is_searched_verified_and_exported(
    server: Server, sign_in: SignIn, tmp_path: Path
):
    async with server.signed_in() as client:
        (await client.post("/api/v1/keys", json={"name": "nightly"})).raise_for_status()
        for _ in range(130):
            await client.delete("/api/v1/limits/user/reads")
        async with server.anybody() as stranger:
            refused = await stranger.post("/api/v1/keys", json={"name": "x"})
        page = await sign_in(server)
        await page.goto(f"{server.url}/settings/audit")
        table = page.get_by_role("table", name="Events")
        await expect(table.get_by_role("row").nth(1)).to_be_visible()
        await table.evaluate("table => { table.parentElement.scrollTop = 1e6 }")
        await expect(table).to_have_attribute("aria-rowcount", re.compile(r"^(1[3-9]|2)\d\d?$"))

        await page.get_by_label("Search the log").fill("/v1/keys")
        await page.get_by_label("Result", exact=True).select_option("refused")
        await page.get_by_label("Action", exact=True).fill("access.")
        await expect(page).to_have_url(re.compile(r"result=refused"))
        await expect(page).to_have_url(re.compile(r"action=access\."))
        row = table.get_by_role("row").filter(has_text="access.ask").first
        await expect(row).to_contain_text("Refused")
        await row.click()
        event = page.get_by_role("region", name="One event")
        await expect(event).to_contain_text("Previous")
        shown = await event.inner_text()

        async with page.expect_download() as download:
            await page.get_by_role("link", name="Export these").click()
        file = tmp_path / "audit.jsonl"
        await (await download.value).save_as(file)
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        await page.get_by_role("button", name="Verify the chain").click()
        await expect(page.get_by_role("dialog")).to_contain_text("The log is whole")
        await page.keyboard.press("Escape")
        newest = (await client.get("/api/v1/audit?result=refused&text=/v1/keys&limit=1")).json()
        await page.get_by_label("Search the log").fill("nothing-like-this")
        await expect(page.get_by_text("Nothing matches")).to_be_visible()
        await page.get_by_role("button", name="Clear the filters").click()
        await expect(table).to_be_visible()

    assert refused.status_code in {401, 403}
    assert newest["items"][0]["hash"] in shown
    assert newest["items"][0]["previous_hash"] in shown
    assert {line["result"] for line in lines} == {"refused"}
    assert all("/v1/keys" in json.dumps(line) for line in lines)


async def test_a_limit_for_one_key_counts_and_is_removed(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        key = (await client.post("/api/v1/keys", json={"name": "nightly"})).json()
        bearer = {"Authorization": f"Bearer {key['key']}"}
        page = await sign_in(server)
        await page.goto(f"{server.url}/settings/limits")
        await page.get_by_label("Id", exact=True).fill(key["id"])
        await page.get_by_label("At most").fill("many")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("A whole number from 0")).to_be_visible()
        await page.get_by_label("At most").fill("0")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text(re.compile("none at all")).first).to_be_visible()
        async with server.anybody() as program:
            limited = await program.get("/api/v1/me", headers=bearer)

            row = page.get_by_role("listitem").filter(has_text=key["id"])
            await row.get_by_role("button", name=re.compile("^Change")).click()
            await row.get_by_role("button", name="Remove").click()
            await expect(page.get_by_role("listitem").filter(has_text=key["id"])).to_have_count(0)
            free = await program.get("/api/v1/me", headers=bearer)

        await page.get_by_role("button", name="Change: Uploading").last.click()
        form = page.get_by_role("form", name="Change the limit").first
        await form.get_by_label("At most").fill("77")
        await form.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("77 in a minute", exact=True)).to_be_visible()
        rules = (await client.get("/api/v1/limits")).json()["items"]
        await page.get_by_role("button", name="Undo").last.click()
        await expect(page.get_by_text("77 in a minute", exact=True)).to_have_count(0)

    assert (limited.status_code, free.status_code) == (429, 200)
    assert [r["subject"] for r in rules if r["requests"] == 77] == ["org"]


async def test_a_secret_is_entered_replaced_and_destroyed_and_never_seen(
    server: Server, sign_in: SignIn
):
    answers: list[str] = []
    reading: list[asyncio.Task[None]] = []

    async def read(response: Response) -> None:
        if "/api/" in response.url and "json" in response.headers.get("content-type", ""):
            answers.append(await response.text())

    page = await sign_in(server)
    page.on("response", lambda response: reading.append(asyncio.create_task(read(response))))
    await page.goto(f"{server.url}/settings/secrets")
    form = page.get_by_role("form", name="Enter a secret")
    await form.get_by_label("Name").fill("2 wrong")
    await form.get_by_label("Value").fill(VALUE)
    await form.get_by_role("button", name="Keep it").click()
    await expect(form).to_contain_text("A name begins with a letter")
    await expect(form.get_by_label("Value")).to_have_value(VALUE)
    await form.get_by_label("Name").fill("shop_token")
    await form.get_by_role("button", name="Keep it").click()
    row = page.get_by_role("list", name="Secrets").get_by_role("listitem").first
    await expect(row).to_contain_text("version 1")
    await expect(form.get_by_label("Value")).to_have_value("")
    await expect(row).to_contain_text("Agents' tools may send it to no host.")

    await page.get_by_role("button", name="Hosts of shop_token").click()
    hosts = page.get_by_role("form", name="Hosts of shop_token")
    await hosts.get_by_label("Hosts, one to a line").fill("api.shop.example\napi.shop.example/v1")
    await hosts.get_by_role("button", name="Save the hosts").click()
    await expect(hosts).to_contain_text("write a host such as api.github.com")
    await hosts.get_by_label("Hosts, one to a line").fill("api.shop.example\nhttp://127.0.0.1:9")
    await hosts.get_by_role("button", name="Save the hosts").click()
    await expect(row).to_contain_text("may send it to api.shop.example, http://127.0.0.1:9.")
    assert await serious_faults(page) == []

    await page.get_by_role("button", name="New value for shop_token").click()
    await page.get_by_role("textbox", name="New value").fill(NEXT_VALUE)
    await page.get_by_role("button", name="Replace").click()
    await expect(row).to_contain_text("version 2")
    await page.get_by_role("button", name="Versions of shop_token").click()
    await expect(page.get_by_role("list", name="Versions of shop_token")).to_contain_text("counts")
    await page.reload()
    await expect(row).to_contain_text("version 2")
    kept = await page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    shown = await page.content()
    await page.get_by_role("button", name="Make a new key").click()
    await expect(page.get_by_text("Key number 2")).to_be_visible()

    await page.get_by_role("button", name="Delete shop_token").click()
    await page.get_by_role("button", name="Keep it").last.click()
    await expect(row).to_contain_text("shop_token")
    await page.get_by_role("button", name="Delete shop_token").click()
    await page.get_by_role("button", name="Destroy it for good").click()
    await expect(page.get_by_text("No secret yet.")).to_be_visible()
    await asyncio.gather(*reading, return_exceptions=True)

    everything = "\n".join([*answers, kept, shown, server.log])
    assert "shop_token" in everything
    assert VALUE not in everything
    assert NEXT_VALUE not in everything


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_safety_page_is_accessible_and_fits(
    scripted: Server,
    model: ScriptedServer,
    sign_in: SignIn,
    width: int,
    height: int,
    scheme: str,
):
    # Before anything is said: on a phone the first page is the list of what was.
    page = await sign_in(scripted, width=width, height=height, scheme=scheme)
    async with scripted.signed_in() as client:
        run = await list_files(client, model)
        decision = (await decisions_of(client, run["id"]))[0]
        body = {"text": NO_LISTING, "tests": TESTS}
        (await client.put("/api/v1/policies/files", json=body)).raise_for_status()
        await client.put("/api/v1/secrets/shop_token", json={"value": VALUE})
        await client.post("/api/v1/consents", json={"tool": "http_get", "grant": True})
        await client.put("/api/v1/limits/org/uploads", json={"requests": 5, "seconds": 60})
        newest = (await client.get("/api/v1/audit?limit=1")).json()["items"][0]
    faults: dict[str, list[str]] = {}

    for path in (
        "policies",
        "policies?tab=decisions",
        f"policies?tab=decisions&open={decision['id']}",
        "policies?tab=try",
        "policies?open=cadre.rego",
        "policies?open=files",
        "policies?open=files&tab=tests",
        "policies?open=files&tab=dry-run",
        "consents",
        "secrets",
        "limits",
        "audit",
        f"audit?open={newest['seq']}",
    ):
        await page.goto(f"{scripted.url}/settings/{path}")
        await page.get_by_role("navigation").first.wait_for()
        await page.wait_for_timeout(500)
        # What says that something is on its way fades in, and is no page to be judged.
        await expect(page.get_by_text(re.compile("^(Loading|Reading) the "))).to_have_count(0)
        found = await serious_faults(page)
        if await scrolls_sideways(page):
            found.append("scrolls sideways")
        if found:
            faults[path] = found

    assert faults == {}


async def test_the_audit_log_is_read_by_keyboard(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/audit")
    await page.get_by_role("table", name="Events").wait_for()

    await page.keyboard.press("j")
    event = page.get_by_role("region", name="One event")
    await expect(event).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("Escape")
    await expect(event).to_have_count(0)
    await page.keyboard.press("/")
    await page.keyboard.type("keys.")

    await expect(page).to_have_url(re.compile(r"q=keys\."))
