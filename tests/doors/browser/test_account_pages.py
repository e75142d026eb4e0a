"""The account in a real browser: profile, password, second factors, passkeys, devices."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from pyotp.totp import TOTP

from tests.doors.browser.conftest import Visit
from tests.doors.browser.people import (
    ANNA,
    FIRST_SCREEN,
    OTHER,
    PASSWORD,
    add_anna,
    change_org,
    enter,
    faults_of,
    fill_in,
    invite,
    letter_link,
    png,
    sign_out,
)
from tests.doors.server import Server


async def test_an_app_is_set_up_and_then_asked_for(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/account/security")
    await enter(page)
    await page.get_by_role("button", name="Set up an app").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    totp = TOTP((await page.get_by_test_id("totp-key").inner_text()).replace(" ", ""))
    code = page.get_by_label("Code of your authenticator app")
    await code.fill("000000")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_text("This code is wrong")).to_be_visible()
    await code.fill(totp.now())
    await page.get_by_role("button", name="Confirm").click()
    shown = page.get_by_role("region", name="Recovery codes").locator("code")
    await expect(shown).to_have_count(10)
    codes = await shown.all_inner_texts()
    assert len(set(codes)) == 10
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download").click()
    assert (await (await download.value).path()).read_text().split() == codes
    await expect(page.get_by_role("button", name="Done")).to_be_disabled()
    await page.get_by_label("I have kept these codes").check()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("10 of 10 left.")).to_be_visible()

    await sign_out(page)
    await fill_in(page)
    await expect(code).to_be_focused()
    await expect(code).to_have_attribute("autocomplete", "one-time-code")
    # The code of this half minute was used to set it up, so the next one is shown.
    await code.fill(totp.at(int(time.time()) + 30))
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()

    await sign_out(page)
    await fill_in(page)
    await page.get_by_role("button", name="Use a recovery code").click()
    await page.get_by_label("Recovery code").fill(codes[0].upper())
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()
    await page.goto(f"{server.url}/account/security")
    await expect(page.get_by_text("9 of 10 left.")).to_be_visible()


async def test_a_passkey_is_added_renamed_used_and_removed(server: Server, visit: Visit):
    await add_anna(server)
    # Browsers make passkeys for names, not for numbers.
    named = server.url.replace("127.0.0.1", "localhost")
    page = await visit(f"{named}/account/security")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")  # pyright: ignore[reportUnknownMemberType]
    authenticator: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send(  # pyright: ignore[reportUnknownMemberType]
        "WebAuthn.addVirtualAuthenticator", {"options": authenticator}
    )
    await enter(page)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_label("What is it on?")).to_have_value("Chrome on Linux")
    await page.get_by_label("What is it on?").fill("work laptop")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_label("I have kept these codes").check()
    await page.get_by_role("button", name="Done").click()
    passkeys = page.get_by_role("list", name="Passkeys")
    await expect(passkeys).to_contain_text("work laptop")
    await passkeys.get_by_role("button", name="Rename work laptop").click()
    await page.get_by_label("Name of the passkey").fill("old laptop")
    await page.keyboard.press("Enter")
    await expect(passkeys).to_contain_text("old laptop")

    await sign_out(page)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()

    await sign_out(page)
    await fill_in(page)
    await page.get_by_role("button", name="Use a passkey").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()
    await page.goto(f"{named}/account/security")
    await passkeys.get_by_role("button", name="Remove old laptop").click()
    await page.get_by_role("button", name="Remove it for good").click()
    await expect(passkeys).to_have_count(0)
    await page.get_by_role("button", name="Add a passkey").wait_for()


async def test_signing_a_device_out_ends_the_other_browser_and_keeps_what_was_typed(
    server: Server, visit: Visit
):
    await add_anna(server)
    lost = await visit(f"{server.url}/chat/new")
    await enter(lost)
    await lost.get_by_role("textbox").first.fill("half a thought")
    page = await visit(f"{server.url}/account/devices")
    await enter(page)
    devices = page.get_by_role("list", name="Devices").get_by_role("listitem")
    await expect(devices).to_have_count(2)
    await expect(devices.filter(has_text="This one")).to_have_count(1)
    await expect(devices.first).to_contain_text("Chrome on Linux")
    await expect(devices.first).to_contain_text("127.0.0.1")

    await page.get_by_role("button", name="Sign out Chrome on Linux").click()
    await page.get_by_role("button", name="Sign it out").click()
    await expect(devices).to_have_count(1)
    await expect(page.get_by_text("Only here.")).to_be_visible()

    again = lost.get_by_role("dialog", name="Sign in again")
    await again.wait_for()
    await expect(again.get_by_label("E-mail")).to_have_value(ANNA)
    await expect(again.get_by_label("Password", exact=True)).to_be_focused()
    await again.get_by_label("Password", exact=True).fill(PASSWORD)
    await again.get_by_role("button", name="Sign in", exact=True).click()
    await expect(again).to_have_count(0)
    await expect(lost.get_by_role("textbox").first).to_have_value("half a thought")

    await page.reload()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    await page.get_by_role("button", name="Sign out one device").click()
    await expect(devices).to_have_count(1)


async def test_a_pass_that_ran_out_is_renewed_without_a_word(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/account/profile")
    await enter(page)
    await page.get_by_label("Name").fill("Anna Eklund")
    renewals: list[str] = []
    page.on("request", lambda request: renewals.append(request.url))
    await page.context.clear_cookies(name="cadre_session")

    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Anna Eklund")).to_be_visible()
    await page.context.clear_cookies(name="cadre_session")
    await page.reload()

    await expect(page.get_by_label("Name")).to_have_value("Anna Eklund")
    assert sum(url.endswith("/session/refresh") for url in renewals) == 2


async def test_what_changes_the_protection_asks_for_a_proof_and_then_goes_on(
    server: Server, visit: Visit
):
    await add_anna(server)
    page = await visit(f"{server.url}/account/security")
    await enter(page)
    await page.get_by_role("button", name="Set up an app").wait_for()
    await server.stop()
    with sqlite3.connect(server.home / "cadre.db") as database:
        database.execute("UPDATE sessions SET proved_at = proved_at - 3600")
    await server.restart()
    await page.reload()

    await page.get_by_role("button", name="Set up an app").click()
    proof = page.get_by_role("dialog", name="Is it you?")
    await proof.get_by_label("Your password").fill(OTHER)
    await proof.get_by_role("button", name="Go on").click()
    await expect(proof.get_by_text("This is not your password.")).to_be_visible()
    await proof.get_by_label("Your password").fill(PASSWORD)
    await proof.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()


async def test_a_password_is_changed_and_set_where_there_was_none(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/account/security")
    await enter(page)
    await page.get_by_role("button", name="Change the password").click()
    await page.get_by_label("Current password").fill("not-this-one-either")
    await page.get_by_label("New password").fill(OTHER)
    await page.get_by_role("button", name="Change it").click()
    await expect(page.get_by_text("is not your password")).to_be_visible()
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_role("button", name="Change it").click()
    await page.get_by_role("button", name="Change the password").wait_for()
    await sign_out(page)
    await enter(page, OTHER)

    owner = await visit(await server.new_link())
    await owner.get_by_role("heading", name=FIRST_SCREEN).wait_for()
    await owner.goto(f"{server.url}/account/security")
    await owner.get_by_role("button", name="Set a password").click()
    await owner.get_by_label("New password").fill("marble-thicket-onion")
    await owner.get_by_role("button", name="Set it").click()
    await expect(owner.get_by_role("button", name="Change the password")).to_be_visible()


async def test_a_profile_is_changed_and_comes_along_to_another_browser(
    server: Server, visit: Visit, tmp_path: Path
):
    await add_anna(server)
    page = await visit(f"{server.url}/account/profile")
    await enter(page)
    await page.get_by_label("Language of dates").select_option("de")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_text("Dark", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    picture = tmp_path / "me.png"
    picture.write_bytes(png(640, 400))
    await page.get_by_label("Picture file").set_input_files(picture)
    await page.get_by_role("button", name="Use this picture").click()
    await page.get_by_role("button", name="Change the picture").wait_for()
    shown = page.locator("img[src*='/account/avatar']").last
    await expect(shown).to_have_js_property("naturalWidth", 256)

    other = await visit(f"{server.url}/account/profile")
    await enter(other)
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(other.get_by_label("Language of dates")).to_have_value("de")
    await expect(other.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    await other.get_by_role("button", name="Remove").click()
    await other.get_by_role("button", name="Choose a picture").wait_for()
    await other.get_by_role("button", name="Undo").click()
    await other.get_by_role("button", name="Change the picture").wait_for()


async def test_an_address_changes_once_its_letter_is_answered(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/account/profile")
    await enter(page)
    await page.get_by_role("button", name="Change", exact=True).click()
    await page.get_by_label("New address").fill("anna@new.example")
    await page.get_by_role("button", name="Send the letter").click()
    await expect(page.get_by_role("status").filter(has_text="anna@new.example")).to_be_visible()

    await page.goto(await letter_link(server, "anna@new.example", "verify"))
    await page.get_by_role("button", name="Confirm the address").click()
    await page.get_by_role("link", name="Go on").click()
    await page.goto(f"{server.url}/account/profile")
    await expect(page.get_by_text("anna@new.example").first).to_be_visible()


async def test_the_keyboard_is_enough(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/signin")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(ANNA)
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()

    await page.get_by_role("button", name="Anna").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menu").wait_for()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Account")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{server.url}/account")
    await page.get_by_role("link", name="Devices").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Only here.")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_page_is_accessible_and_fits(
    server: Server, visit: Visit, width: int, height: int, scheme: str
):
    await change_org(server, registration="open")
    invitation = await invite(server)
    page = await visit(invitation, width=width, height=height, scheme=scheme)
    await page.get_by_label("Name").wait_for()
    faults = {"/invitation": await faults_of(page)}
    for path in ("/signin", "/register", "/forgotten", "/reset#token=x", "/verify#token=x"):
        await page.goto("about:blank")
        await page.goto(server.url + path)
        await page.get_by_role("heading").first.wait_for()
        faults[path] = await faults_of(page)

    await page.goto("about:blank")
    await page.goto(invitation)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Accept the invitation").click()
    await page.get_by_role("navigation", name="Rooms").first.wait_for()
    if width < 768:
        await page.get_by_role("button", name="More rooms").click()
        await page.get_by_role("link", name="Account").click()
        await page.get_by_role("link", name="Profile").wait_for()
        faults["/account"] = await faults_of(page)
    for path in ("/account/profile", "/account/security", "/account/devices"):
        await page.goto(server.url + path)
        await page.get_by_role("heading", level=2).first.wait_for()
        faults[path] = await faults_of(page)
    await page.goto(f"{server.url}/account/security")
    await page.get_by_role("button", name="Set up an app").click()
    await page.get_by_role("img", name="QR code").wait_for()
    faults["the app"] = await faults_of(page)

    assert {path: found for path, found in faults.items() if found} == {}
