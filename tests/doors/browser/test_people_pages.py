"""Members, roles, keys and organisations in a real browser: the main jobs of each, by clicking."""

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect

from tests.doors.browser.conftest import SignIn
from tests.doors.browser.test_pages import scrolls_sideways, serious_faults
from tests.doors.server import Server

API = "/api/v1"
PASSWORD = "correct horse battery"
OPEN_ALL = """
for (const closed of document.querySelectorAll("main li > button[aria-expanded=false]"))
  closed.click()
"""
SECTIONS = [
    "members",
    "roles?open=builder",
    "roles?tab=groups",
    "roles?tab=given",
    "roles?tab=ask",
    "services",
    "keys",
    "organisation",
    "organisations",
]


def png(width: int = 64, height: int = 32) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x0b\x57\xd0" * width) * height
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def accept(server: Server, link: str, name: str) -> None:
    """Accept an invitation, as its page does it."""
    async with server.anybody() as client:
        token = re.split(r"[#=]", link)[-1]
        body = {"token": token, "name": name, "password": PASSWORD}
        answer = await client.post(f"{API}/registration/invitation", json=body)
    assert answer.status_code == 204, answer.text


async def joined(
    server: Server, client: httpx2.AsyncClient, email: str, role: str, name: str
) -> str:
    """A member who has accepted: their id."""
    answer = await client.post(f"{API}/members", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    await accept(server, answer.json()["link"], name)
    return answer.json()["member"]["id"]


async def become(page: Page, server: Server, email: str) -> None:
    """Sign in as somebody else in the same page."""
    await page.context.clear_cookies()
    await page.goto(f"{server.url}/signin")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("heading", name="What do you need done?").wait_for()


async def status_with(server: Server, key: str, path: str = f"{API}/me") -> int:
    async with server.anybody() as client:
        answer = await client.get(path, headers={"Authorization": f"Bearer {key}"})
    return answer.status_code


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("table", name="Members").get_by_role("row").filter(has_text=name)


async def test_several_people_are_invited_and_come_in(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members")
    await expect(page.get_by_text("You are the only one so far")).to_be_visible()

    await page.get_by_role("button", name="Invite people").click()
    field = page.get_by_label("E-mail addresses")
    await field.fill("Ada <ada@example.org>, grace@example.org\nnobody")
    await page.get_by_label("As", exact=True).select_option("builder")
    await page.get_by_role("button", name="Invite 2 people").click()

    made = page.get_by_role("list", name="Invitations")
    await expect(made.get_by_role("listitem")).to_have_count(2)
    await expect(page.get_by_text("No mail server is set")).to_be_visible()
    await expect(field).to_have_value("nobody")
    link = await made.get_by_role("listitem").filter(has_text="ada@").locator("code").inner_text()
    await accept(server, link, "Ada Lovelace")
    await page.reload()
    await expect(row_of(page, "Ada Lovelace")).to_contain_text("Active")
    await expect(row_of(page, "grace@example.org")).to_contain_text("Invited")
    await page.get_by_role("button", name="grace").click()
    await page.get_by_role("button", name="Send it again").click()
    await expect(page.get_by_text("the one before is worth nothing")).to_be_visible()
    await page.get_by_role("button", name="Withdraw it").click()
    await page.get_by_role("button", name="Withdraw the invitation").click()
    await expect(row_of(page, "grace@example.org")).to_have_count(0)


async def test_an_invitation_that_fails_keeps_what_was_typed(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        await joined(server, client, "ada@example.org", "user", "Ada")
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members")

    await page.get_by_role("button", name="Invite people").click()
    await page.get_by_label("E-mail addresses").fill("ada@example.org")
    await page.get_by_role("button", name="Invite", exact=True).click()

    await expect(page.get_by_text("This address belongs to a member already.")).to_be_visible()
    await expect(page.get_by_label("E-mail addresses")).to_have_value("ada@example.org")


async def test_a_member_changes_role_is_suspended_and_removed(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        ada = await joined(server, client, "ada@example.org", "user", "Ada Lovelace")
        await joined(server, client, "grace@example.org", "user", "Grace Hopper")
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members?q=ada")
    await expect(page.get_by_role("status").filter(has_text="1 of 3")).to_be_visible()

    await page.get_by_role("button", name="Ada Lovelace").click()
    await expect(page).to_have_url(re.compile(f"open={ada}"))
    role = page.get_by_label("Role in the whole organisation")
    await role.select_option("operator")
    await expect(page.get_by_text("Ada Lovelace is operator now.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(role).to_have_value("user")

    await page.get_by_role("button", name="Suspend").click()
    await expect(page.get_by_role("button", name="Let them in again")).to_be_visible()
    await page.get_by_role("button", name="Let them in again").click()
    await page.get_by_role("button", name="Suspend").wait_for()

    await page.get_by_role("button", name="Remove Ada Lovelace").click()
    await page.get_by_role("button", name="Keep it").click()
    await page.get_by_role("button", name="Remove Ada Lovelace").click()
    await page.get_by_role("button", name="Remove for good").click()
    await expect(page.get_by_text("Nobody matches")).to_be_visible()
    await page.get_by_role("button", name="Clear the filter").click()
    await expect(row_of(page, "Grace Hopper")).to_be_visible()


async def test_the_only_owner_is_told_why_they_stay(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members")

    await row_of(page, "Owner").get_by_role("button").click()

    await expect(page.get_by_label("Role in the whole organisation")).to_be_disabled()
    await expect(page.get_by_text("The only owner: make somebody else an owner")).to_be_visible()
    await expect(page.get_by_role("button", name="Suspend")).to_have_count(0)


async def test_the_keyboard_walks_the_members(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        await joined(server, client, "ada@example.org", "user", "Ada Lovelace")
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members")
    await row_of(page, "Ada Lovelace").wait_for()

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Ada Lovelace")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("/")
    await page.keyboard.type("nobody like this")

    await expect(page.get_by_text("Nobody matches")).to_be_visible()


async def test_a_role_reaches_a_person_through_a_group_and_says_why(
    server: Server, sign_in: SignIn
):
    async with server.signed_in() as client:
        await joined(server, client, "ada@example.org", "guest", "Ada Lovelace")
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/roles")

    await page.get_by_role("button", name="New role").click()
    await page.get_by_label("Name", exact=True).fill("support-lead")
    await page.get_by_role("checkbox", name=re.compile("Give work to an agent")).check()
    await page.get_by_label("agents:run on").fill("agent:support-*")
    await page.get_by_role("button", name="Save the role").click()
    await page.get_by_role("button", name=re.compile("^support-lead")).click()
    await expect(page.get_by_text("Only agent support-*.")).to_be_visible()

    await page.get_by_role("tab", name="Groups").click()
    await page.get_by_label("New group").fill("Support")
    await page.get_by_role("button", name="Make the group").click()
    await page.get_by_label("Add", exact=True).select_option(label="Ada Lovelace")
    members = page.get_by_role("list", name="Members of Support")
    await expect(members).to_contain_text("Ada Lovelace")
    await page.get_by_role("button", name="Give a role").click()
    await page.get_by_label("Role", exact=True).select_option("support-lead")
    await page.get_by_role("button", name="Give the role").click()
    await expect(page.get_by_role("list", name="Given roles")).to_contain_text("support-lead")

    await page.get_by_role("tab", name="Who can?").click()
    await page.get_by_label("On", exact=True).fill("agent:support-mail")
    chain = page.get_by_role("img", name="Ada Lovelace, is in the group Support")
    await expect(chain).to_be_visible()
    assert "has the role support-lead" in (await chain.get_attribute("aria-label") or "")
    await page.get_by_label("Who", exact=True).select_option(label="Ada Lovelace")
    await expect(page.get_by_text("Yes, Ada Lovelace can.")).to_be_visible()
    await page.get_by_label("On", exact=True).fill("agent:sales")
    await expect(page.get_by_text("No, Ada Lovelace can't.")).to_be_visible()
    await expect(page.get_by_role("list", name="Nearly")).to_contain_text("support-lead")


async def test_a_role_given_in_one_environment_is_taken_and_given_back(
    server: Server, sign_in: SignIn
):
    async with server.signed_in() as client:
        await joined(server, client, "ada@example.org", "guest", "Ada Lovelace")
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/roles?tab=given")

    await page.get_by_label("To", exact=True).select_option(label="Ada Lovelace")
    await page.get_by_label("Role", exact=True).select_option("operator")
    await page.get_by_label("Environment").select_option("staging")
    await page.get_by_role("button", name="Give the role").click()

    taken = page.get_by_role("button", name="Take away operator in staging from Ada Lovelace")
    await taken.click()
    await expect(taken).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(taken).to_be_visible()


async def test_a_role_that_ships_says_in_sentences_what_it_gives(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/roles?open=operator")

    await expect(page.get_by_text("Decide whether a call that waits is made.")).to_be_visible()
    await expect(page.get_by_text("Change and delete agents.")).to_have_count(0)
    await page.get_by_role("link", name="Decide whether a call that waits is made.").click()

    await expect(page).to_have_url(re.compile("tab=ask"))
    await expect(page.get_by_role("list", name="Who can")).to_contain_text("Owner")


async def test_a_key_is_narrowed_rotated_with_grace_and_revoked(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/keys")

    await page.get_by_label("What is it for?").fill("gateway")
    await page.get_by_text("Ask models only").click()
    await page.get_by_label("Requests a minute").fill("fast")
    await page.get_by_role("button", name="Create a key").click()
    await expect(page.get_by_text("A whole number from 1")).to_be_visible()
    await page.get_by_label("Requests a minute").fill("600")
    await page.get_by_role("button", name="Create a key").click()
    first = (await page.get_by_test_id("fresh-key").inner_text()).strip()
    assert await status_with(server, first, "/v1/models") == 200
    assert await status_with(server, first, f"{API}/runs") == 403

    keys = page.get_by_role("list", name="API keys")
    await keys.get_by_role("button", name=re.compile("^gateway")).click()
    await expect(keys).to_contain_text("600 a minute")
    await expect(keys).to_contain_text("expires in 89 days")
    await page.get_by_role("button", name="Rotate gateway").click()
    await page.get_by_label("The old secret ends").select_option(label="in an hour")
    await page.get_by_role("button", name="Make a new secret").click()
    second = (await keys.get_by_test_id("fresh-key").inner_text()).strip()
    assert second != first
    assert await status_with(server, first, "/v1/models") == 200
    assert await status_with(server, second, "/v1/models") == 200

    await page.get_by_role("button", name="Revoke gateway").click()
    await page.get_by_role("button", name="Revoke for good").click()
    await expect(page.get_by_text("No key yet.")).to_be_visible()
    assert await status_with(server, first, "/v1/models") == 401
    assert await status_with(server, second, "/v1/models") == 401


async def test_a_service_account_acts_with_its_key_until_it_is_disabled(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/services")

    await page.get_by_label("Name", exact=True).fill("nightly import")
    await page.get_by_role("button", name="Make the account").click()
    await expect(page.get_by_text("it may do nothing until it has one")).to_be_visible()
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("What is it for?").fill("script")
    await page.get_by_role("button", name="Create a key").click()
    key = (await page.get_by_test_id("fresh-key").inner_text()).strip()
    assert await status_with(server, key, f"{API}/runs") == 403

    await page.get_by_role("button", name="Give a role").click()
    await page.get_by_label("Role", exact=True).select_option("agent")
    await page.get_by_role("button", name="Give the role").click()
    await expect(page.get_by_role("list", name="Given roles")).to_contain_text("agent")
    assert await status_with(server, key, f"{API}/runs") == 200

    await page.get_by_role("button", name="Disable").click()
    await expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
    assert await status_with(server, key, f"{API}/runs") == 401
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="Disable").wait_for()
    assert await status_with(server, key, f"{API}/runs") == 200


async def test_the_look_is_checked_while_it_is_chosen_and_seen_at_once(
    server: Server, sign_in: SignIn, tmp_path: Path
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/organisation")

    await page.get_by_label("Name of the product").fill("Helpdesk")
    await page.get_by_label("Accent, light", exact=True).fill("#ffcc00")
    save = page.get_by_role("button", name="Save the look")
    await expect(page.get_by_text("too light, 4.5 are needed")).to_be_visible()
    await expect(save).to_be_disabled()
    await page.get_by_role("button", name=re.compile("^Use #")).click()
    await expect(page.get_by_text("easy to read")).to_be_visible()
    chosen = await page.get_by_label("Accent, light", exact=True).input_value()
    await save.click()

    await expect(page.get_by_label("Rail")).to_contain_text("Helpdesk")
    await expect(page).to_have_title("Helpdesk")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert (await page.evaluate(accent)).strip() == chosen
    logo = tmp_path / "logo.png"
    logo.write_bytes(png())
    await page.get_by_label("Logo file").set_input_files(logo)
    await expect(page.get_by_role("img", name="The logo on dark")).to_be_visible()
    await page.get_by_role("button", name="Use this logo").click()
    await expect(page.get_by_label("Rail").get_by_role("img", name="Helpdesk")).to_be_visible()
    await page.get_by_role("button", name="Remove").first.click()
    await expect(page.get_by_label("Rail").get_by_role("img", name="Helpdesk")).to_have_count(0)
    await page.get_by_role("button", name="Undo").last.click()
    await expect(page.get_by_label("Rail").get_by_role("img", name="Helpdesk")).to_be_visible()
    await page.reload()
    await expect(page).to_have_title("Helpdesk")


async def test_the_organisation_says_who_comes_in_and_where_it_is_reached(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/organisation")

    await page.get_by_label("Name of the organisation").fill("Acme")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_label("Rail")).to_contain_text("Acme")
    await page.get_by_role("radio", name=re.compile("^Nobody new")).click()
    await expect(page.get_by_text("Saved.").last).to_be_visible()
    await page.get_by_role("button", name="Undo").last.click()
    await expect(page.get_by_role("radio", name=re.compile("^By invitation"))).to_be_checked()
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.get_by_label(re.compile("^Let people sign in with a password")).click()
    await expect(page.get_by_label(re.compile("^Let people sign in"))).not_to_be_checked()
    async with server.anybody() as stranger:
        options = (await stranger.get("/api/v1/session/options")).json()
    assert options["password"] is False
    await expect(page.get_by_text("1, no limit").first).to_be_visible()  # members

    await page.get_by_label("Domain", exact=True).fill("not a domain")
    await page.get_by_role("button", name="Add the domain").click()
    await expect(page.get_by_text("Write the domain alone")).to_be_visible()
    await page.get_by_label("Domain", exact=True).fill("agents.example.org")
    await page.get_by_role("button", name="Add the domain").click()
    domains = page.get_by_role("list", name="Domains")
    await expect(domains).to_contain_text("_cadre.agents.example.org")
    await expect(domains).to_contain_text("cadre-verify=")
    await expect(domains).to_contain_text("Not verified yet")

    await page.get_by_role("textbox", name="New project").fill("Web Shop")
    await expect(page.get_by_label("In addresses")).to_have_value("web-shop")
    await page.get_by_role("button", name="Add the project").click()
    projects = page.get_by_role("list", name="Projects")
    await expect(projects).to_contain_text("Web Shop")
    await page.get_by_role("button", name="Remove Web Shop").click()
    await page.get_by_role("button", name="Remove; what was done stays").click()
    await expect(projects).not_to_contain_text("Web Shop")


async def test_an_organisation_is_made_stopped_moved_and_deleted(
    server: Server, sign_in: SignIn, tmp_path: Path
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/organisations")

    await page.get_by_role("button", name="New organisation").click()
    await page.get_by_label("Name", exact=True).fill("Acme")
    await page.get_by_label("E-mail of its first owner").fill("owner@acme.example")
    await page.get_by_role("button", name="Make the organisation").click()
    await expect(page.get_by_test_id("owner-link")).to_contain_text("acme.localhost")
    await page.get_by_role("button", name="Done").click()
    orgs = page.get_by_role("list", name="Organisations")
    acme = orgs.get_by_role("listitem").filter(has_text="Acme").first
    await acme.get_by_role("button", expanded=False).click()

    await acme.get_by_label("Members", exact=True).fill("5")
    await acme.get_by_role("button", name="Save the allowance").click()
    await expect(page.get_by_text("The allowance of Acme is saved.")).to_be_visible()
    await acme.get_by_role("button", name="Suspend").click()
    await acme.get_by_label("Reason").fill("The invoice of May")
    await acme.get_by_role("button", name="Suspend Acme").click()
    await expect(acme).to_contain_text("The invoice of May")
    await acme.get_by_role("button", name="Reactivate").click()
    await acme.get_by_role("button", name="Suspend").wait_for()

    archive = await _exported(page, acme, tmp_path)
    jobs = page.get_by_role("list", name="Exports, imports, deletions")
    await acme.get_by_role("button", name="Delete").click()
    forever = acme.get_by_role("button", name="Delete everything for good")
    await acme.get_by_label("Type acme to go on").fill("acm")
    await expect(forever).to_be_disabled()
    await acme.get_by_label("Type acme to go on").fill("acme")
    await forever.click()
    deleted = jobs.get_by_role("listitem").filter(has_text="Deletion of acme")
    await expect(deleted).to_contain_text("Done")
    await expect(orgs.locator("code").get_by_text("acme", exact=True)).to_have_count(0)

    await page.get_by_role("button", name="Import").click()
    await page.get_by_label("Archive", exact=True).set_input_files(archive)
    await page.get_by_label("In addresses").fill("acme-two")
    await page.get_by_role("button", name="Import", exact=True).last.click()
    imported = jobs.get_by_role("listitem").filter(has_text="Import of acme-two")
    await expect(imported).to_contain_text("Done")
    await expect(orgs).to_contain_text("acme-two")


async def _exported(page: Page, acme: Locator, folder: Path) -> Path:
    await acme.get_by_role("button", name="Export").click()
    await acme.get_by_label("Passphrase").fill("too short")
    await expect(acme.get_by_text("3 more characters.")).to_be_visible()
    await acme.get_by_label("Passphrase").fill("a passphrase that is long")
    await acme.get_by_role("button", name="Write the archive").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").click()
    archive = folder / "acme.zip"
    await (await download.value).save_as(archive)
    return archive


async def test_what_one_may_not_do_is_not_offered(server: Server, sign_in: SignIn):
    async with server.signed_in() as client:
        await joined(server, client, "ada@example.org", "user", "Ada Lovelace")
    page = await sign_in(server)
    await become(page, server, "ada@example.org")

    await page.goto(f"{server.url}/settings/keys")

    parts = page.get_by_role("navigation", name="Settings")
    await expect(parts.get_by_role("link", name="API keys")).to_be_visible()
    for name in ("Members", "Roles and groups", "Service accounts", "Organisations"):
        await expect(parts.get_by_role("link", name=name, exact=True)).to_have_count(0)
    await expect(page.get_by_role("heading", name="Your keys")).to_be_visible()
    await page.goto(f"{server.url}/settings/organisation")
    await expect(page.get_by_role("list", name="Projects")).to_be_visible()
    await expect(page.get_by_role("button", name="Save the look")).to_have_count(0)
    await expect(page.get_by_role("button", name="Add the project")).to_have_count(0)


@pytest.fixture
async def peopled(server: Server) -> Server:
    """A server with something of everything."""
    async with server.signed_in() as client:
        ada = await joined(server, client, "ada@example.org", "builder", "Ada Lovelace")
        long = "katherine.johnson.with.a.long.address@research.example.org"
        await client.post(f"{API}/members", json={"email": long})

        async def made(path: str, body: dict[str, Any]) -> Any:
            answer = await client.post(f"{API}{path}", json=body)
            assert answer.status_code == 201, answer.text
            return answer.json()

        group = await made("/groups", {"name": "Support"})
        await client.put(f"{API}/groups/{group['id']}/members/user/{ada}")
        service = await made("/service-accounts", {"name": "nightly import"})
        for kind, id_ in (("group", group["id"]), ("service", service["id"])):
            subject = {"kind": kind, "id": id_}
            where = {"environment": "staging", "resources": ["agent:support-*"]}
            await made("/role-bindings", {"subject": subject, "role": "operator", **where})
        await made("/keys", {"name": "a name that goes on and on and on for a key" * 2})
        await made("/org/domains", {"domain": "agents.research.example.org"})
        await made("/orgs", {"slug": "acme", "name": "Acme", "email": "o@acme.example"})
    return server


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_section_is_accessible_and_fits(
    peopled: Server, sign_in: SignIn, width: int, height: int, scheme: str
):
    page = await sign_in(peopled, width=width, height=height, scheme=scheme)
    faults: dict[str, list[str]] = {}

    for path in SECTIONS:
        await page.goto(f"{peopled.url}/settings/{path}")
        await page.wait_for_load_state("networkidle")
        await page.evaluate(OPEN_ALL)
        await page.wait_for_timeout(300)
        found = await serious_faults(page)
        if await scrolls_sideways(page):
            found.append("scrolls sideways")
        if await page.locator(".pane").last.evaluate("p => p.scrollWidth > p.clientWidth + 1"):
            found.append("the pane scrolls sideways")
        if found:
            faults[path] = found

    assert faults == {}
