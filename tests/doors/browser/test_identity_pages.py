"""Who vouches for people, and what they look like, in a real browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, expect
from pyotp.totp import TOTP

from tests.doors.browser.conftest import SignIn, Visit
from tests.doors.browser.people import FIRST_SCREEN, add_anna, change_org, enter, faults_of, png
from tests.doors.providing import Issuer
from tests.doors.server import Server, free_port
from tests.doors.test_federation import ACCOUNTS, housed

API = "/api/v1"


@pytest.fixture
async def issuer() -> Issuer:
    return Issuer(ACCOUNTS)


@pytest.fixture
async def house(tmp_path: Path, issuer: Issuer) -> AsyncIterator[Server]:
    """A server beside a real OpenID provider."""
    async with housed(tmp_path, issuer) as server:
        yield server


def wrote(page: Page, path: str):  # playwright's own type is private
    """Waits for the answer to a change below `path`."""

    def is_it(response: Response) -> bool:
        return path in response.url and response.request.method != "GET"

    return page.expect_response(is_it)


async def enter_provider(page: Page, issuer: Issuer) -> None:
    await page.get_by_role("button", name="Add a provider").click()
    await page.get_by_label("Provider", exact=True).select_option(label="OpenID Connect")
    await page.get_by_label("Name", exact=True).fill("Okta")
    await page.get_by_label("Issuer").fill(issuer.url)
    await page.get_by_label("Client ID").fill(issuer.client_id)
    await page.get_by_label("Client secret").fill(issuer.client_secret)


async def test_a_provider_is_added_tested_and_lets_somebody_in(
    house: Server, issuer: Issuer, sign_in: SignIn, visit: Visit
):
    page = await sign_in(house)
    await page.goto(f"{house.url}/settings/identity")
    await expect(page.get_by_text("None yet: people come in with")).to_be_visible()
    await enter_provider(page, issuer)
    await page.get_by_label("Domains").fill("acme.example")
    await page.get_by_role("checkbox", name=re.compile("Make an account")).check()
    await page.get_by_label("Claim that holds groups").fill("groups")
    await page.get_by_role("button", name="Add a rule").click()
    await page.get_by_role("button", name="Save the provider").click()
    await expect(page.get_by_text("Each rule needs a group")).to_be_visible()
    await page.get_by_label("Group of the provider 1").fill("builders")
    await page.get_by_label("What rule 1 gives").select_option("role:builder")
    async with wrote(page, "/identity-providers"):
        await page.get_by_role("button", name="Save the provider").click()

    okta = page.get_by_role("list", name="Identity providers").get_by_role("listitem").first
    await expect(okta).to_contain_text("acme.example, makes accounts")
    await expect(okta).to_contain_text(f"{house.url}/api/v1/session/sso/callback")
    await page.get_by_role("button", name="Test").click()
    steps = page.get_by_role("list", name="What works").get_by_role("listitem")
    await expect(steps.filter(has_text="Keys")).to_contain_text("works")
    await expect(steps.filter(has_text="Signatures")).to_contain_text("RS256")
    await page.get_by_role("button", name="Edit").click()
    await expect(page.get_by_label("Client secret")).to_be_disabled()
    assert issuer.client_secret not in await page.content()

    gina = await visit(f"{house.url}/signin")
    await gina.get_by_role("link", name="Sign in with Okta").click()
    await gina.locator("[name=login]").fill("gina")
    await gina.locator("[name=password]").fill("password of gina")
    await gina.get_by_role("button", name="Continue").click()
    await gina.get_by_role("button", name="Continue").click()
    await gina.get_by_role("heading", name=FIRST_SCREEN).wait_for()
    await page.goto(f"{house.url}/settings/members")
    row = page.get_by_role("table", name="Members").get_by_role("row").filter(has_text="Gina")
    await expect(row).to_contain_text("builder")


async def test_a_provider_is_switched_off_and_on_and_deleted(
    house: Server, issuer: Issuer, sign_in: SignIn, visit: Visit
):
    async with house.signed_in() as client:
        made = await client.post(f"{API}/identity-providers", json=issuer.wanted())
    page = await sign_in(house)
    await page.goto(f"{house.url}/settings/identity?open={made.json()['id']}")
    stranger = await visit(f"{house.url}/signin")
    way_in = stranger.get_by_role("link", name="Sign in with Okta")
    await expect(way_in).to_be_visible()

    async with wrote(page, "/identity-providers"):
        await page.get_by_role("button", name="Switch off").click()
    await page.get_by_role("button", name="Switch on").wait_for()
    await stranger.reload()
    await stranger.get_by_label("E-mail").wait_for()
    await expect(way_in).to_have_count(0)
    async with wrote(page, "/identity-providers"):
        await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="Switch off").wait_for()
    await page.get_by_role("button", name="Test").click()
    await expect(page.get_by_role("list", name="What works")).to_contain_text("Is stored.")

    await page.get_by_role("button", name="Delete Okta").click()
    await page.get_by_role("button", name="Delete it and its secret for good").click()
    await expect(page.get_by_text("None yet: people come in with")).to_be_visible()
    await stranger.reload()
    await stranger.get_by_label("E-mail").wait_for()
    await expect(way_in).to_have_count(0)


async def test_a_provider_that_does_not_answer_says_which_step_fails_and_is_mended(
    house: Server, issuer: Issuer, sign_in: SignIn
):
    async with house.signed_in() as client:
        wanted = issuer.wanted(client_secret="")
        made = await client.post(f"{API}/identity-providers", json=wanted)
        other = f"http://127.0.0.1:{free_port()}"
    page = await sign_in(house)
    await page.goto(f"{house.url}/settings/identity?open={made.json()['id']}")

    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Issuer").fill(other)
    await page.get_by_role("button", name="Save the provider").click()
    await expect(page.get_by_label("Issuer")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Issuer")).to_have_value(other)
    await page.get_by_label("Issuer").fill(f"{issuer.url}/elsewhere")
    async with wrote(page, "/identity-providers"):
        await page.get_by_role("button", name="Save the provider").click()
    await page.get_by_role("button", name="Test").click()

    steps = page.get_by_role("list", name="What works").get_by_role("listitem")
    await expect(steps.filter(has_text="Configuration and keys")).to_contain_text("fails")
    await expect(steps.filter(has_text="Client secret")).to_contain_text("public client")


async def test_a_directory_gets_a_token_that_manages_members_and_nothing_else(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/identity")
    await expect(page.get_by_text(f"{server.url}/api/v1/scim/v2")).to_be_visible()
    await page.get_by_role("button", name="Make a token").click()
    token = (await page.get_by_test_id("fresh-token").inner_text()).strip()

    async with server.anybody() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        person = {"userName": "ada@example.org", "name": {"formatted": "Ada Lovelace"}}
        added = await client.post(f"{API}/scim/v2/Users", json=person)
        refused = await client.get(f"{API}/runs")
    await page.reload()
    tokens = page.get_by_role("list", name="Tokens of Directory")
    await expect(tokens).to_contain_text("SCIM")
    assert token not in await page.content()
    await page.goto(f"{server.url}/settings/members")
    await expect(page.get_by_role("table", name="Members")).to_contain_text("ada@example.org")

    assert (added.status_code, refused.status_code) == (201, 403)


async def test_the_sign_in_page_and_the_rail_look_like_the_organisation(
    server: Server, sign_in: SignIn, visit: Visit
):
    look = {"product_name": "Helpdesk", "accent": "#b3261e", "accent_dark": "#f2b8b5"}
    await change_org(server, branding=look)
    async with server.signed_in() as client:
        sent = await client.put(f"{API}/org/logo", files={"file": ("a.png", png(64, 32))})
    accent = "e => getComputedStyle(e).getPropertyValue('--accent').trim()"
    soft = "getComputedStyle(document.documentElement).getPropertyValue('--accent-soft').trim()"

    for scheme, wanted in (("light", "#b3261e"), ("dark", "#f2b8b5")):
        stranger = await visit(f"{server.url}/signin", scheme=scheme)
        logo = stranger.get_by_role("img", name="Helpdesk")
        await expect(logo).to_have_js_property("naturalWidth", 64)
        await expect(stranger.get_by_role("heading", name="Sign in to Helpdesk")).to_be_visible()
        await expect(stranger).to_have_title("Helpdesk")
        assert await stranger.get_by_role("main").evaluate(accent) == wanted
        assert await faults_of(stranger) == []
        page = await sign_in(server, scheme=scheme)
        await expect(page.get_by_label("Rail").get_by_role("img", name="Helpdesk")).to_be_visible()
        assert await page.locator("html").evaluate(accent) == wanted
        assert wanted in await page.evaluate(soft)
    assert sent.status_code == 200


async def test_a_picture_is_seen_in_the_rail_among_members_and_in_the_account(
    server: Server, visit: Visit, sign_in: SignIn, tmp_path: Path
):
    await add_anna(server)
    page = await visit(f"{server.url}/account/profile")
    await enter(page)
    rail = page.get_by_label("Rail").get_by_role("button", name="Anna Ek")
    await expect(rail).to_contain_text("AE")
    picture = tmp_path / "me.png"
    picture.write_bytes(png(640, 400))
    await page.get_by_label("Picture file").set_input_files(picture)
    async with wrote(page, "/account/avatar"):
        await page.get_by_role("button", name="Use this picture").click()

    await expect(rail.locator("img")).to_have_js_property("naturalWidth", 256)
    shown = page.get_by_role("navigation", name="Account").locator("img")
    await expect(shown).to_have_js_property("naturalWidth", 256)
    await page.reload()
    await expect(rail.locator("img")).to_have_js_property("naturalWidth", 256)
    owner = await sign_in(server)
    await owner.goto(f"{server.url}/settings/members")
    row = owner.get_by_role("table", name="Members").get_by_role("row").filter(has_text="Anna")
    await expect(row.locator("img")).to_have_js_property("naturalWidth", 256)
    async with wrote(page, "/account/avatar"):
        await page.get_by_role("button", name="Remove").click()
    await expect(rail).to_contain_text("AE")
    await page.get_by_role("button", name="Undo").click()
    await expect(rail.locator("img")).to_be_visible()


async def test_members_say_their_second_factor_and_when_an_invitation_ends(
    server: Server, sign_in: SignIn
):
    await add_anna(server)
    async with server.anybody() as anna:
        body = {"email": "anna@acme.example", "password": "ocelot-lantern-grape"}
        entered = await anna.post(f"{API}/session/password", json=body)
        anna.headers["X-CSRF-Token"] = entered.json()["me"]["csrf"]
        started = await anna.post(f"{API}/account/mfa/totp")
        code = TOTP(started.json()["secret"]).now()
        (await anna.put(f"{API}/account/mfa/totp", json={"code": code})).raise_for_status()
    async with server.signed_in() as client:
        (await client.post(f"{API}/members", json={"email": "ben@acme.example"})).raise_for_status()
    page = await sign_in(server)
    await page.goto(f"{server.url}/settings/members")

    row = page.get_by_role("table", name="Members").get_by_role("row")
    await expect(row.filter(has_text="Anna Ek")).to_contain_text("On")
    await expect(row.filter(has_text="Owner")).to_contain_text("None")
    await expect(row.filter(has_text="ben@acme.example")).to_contain_text("7 days left")
    await page.get_by_label("Filter the members").fill("no second factor")
    await expect(page.get_by_role("status").filter(has_text="1 of 3")).to_be_visible()
    await page.get_by_label("Filter the members").fill("ben")
    await page.get_by_role("button", name="ben").click()
    await expect(page.get_by_role("dialog")).to_contain_text("7 days left")
    await page.get_by_role("button", name="Send it again").click()
    await expect(page.get_by_role("status").filter(has_text="worth nothing now")).to_be_visible()


async def test_parts_of_settings_that_one_may_not_see_are_not_offered(server: Server, visit: Visit):
    await add_anna(server, "user")
    page = await visit(f"{server.url}/settings")
    await enter(page)

    parts = page.get_by_role("navigation", name="Settings")
    await expect(parts.get_by_role("link", name="Organisation")).to_be_visible()
    for name in ("Models", "Rules of the gate", "Identity providers", "Data and retention"):
        await expect(parts.get_by_role("link", name=name, exact=True)).to_have_count(0)
    await page.goto(f"{server.url}/settings/models")
    await expect(page.get_by_text("There is no such part, or you may not see it.")).to_be_visible()
