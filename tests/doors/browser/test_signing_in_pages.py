"""Coming in with a real browser: by invitation, password, link, letter; and what is refused."""

import re

import httpx2
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
    fill_in,
    invite,
    letter_link,
    png,
    sign_out,
)
from tests.doors.server import Server


async def test_an_invitation_leads_in_and_its_password_back_in(server: Server, visit: Visit):
    page = await visit(await invite(server))
    await expect(page.get_by_label("E-mail")).to_have_value(ANNA)
    await page.get_by_label("Name").fill("Anna Ek")
    await page.get_by_label("Password", exact=True).fill("password123")
    await page.get_by_role("button", name="Accept the invitation").click()
    await expect(page.get_by_label("Password", exact=True)).to_have_attribute(
        "aria-invalid", "true"
    )
    await expect(page.get_by_text("on every list of leaked passwords")).to_be_visible()
    await expect(page.get_by_label("Name")).to_have_value("Anna Ek")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Accept the invitation").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()

    await sign_out(page)
    await fill_in(page, OTHER)
    await expect(page.get_by_text("E-mail address or password is wrong.")).to_be_visible()
    await expect(page.get_by_label("E-mail")).to_have_value(ANNA)
    await enter(page)
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()
    await expect(page.get_by_role("button", name="Anna Ek")).to_be_visible()


async def test_signing_in_leads_back_to_the_page_that_was_asked_for(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/runs?status=failed")
    await expect(page).to_have_url(re.compile("/signin"))

    await enter(page)
    await expect(page).to_have_url(f"{server.url}/runs?status=failed")

    away = await visit(f"{server.url}/signin?back=//evil.example/")
    await enter(away)
    await expect(away).to_have_url(f"{server.url}/")


async def test_a_printed_link_still_signs_in(server: Server, visit: Visit):
    page = await visit(await server.new_link())
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()

    pasted = await visit(f"{server.url}/signin")
    await pasted.get_by_role("button", name="Use a sign-in link or code").click()
    await pasted.get_by_label("Link or code").fill("nothing-like-it")
    await pasted.get_by_role("button", name="Sign in", exact=True).click()
    await expect(pasted.get_by_text("This sign-in link is used up")).to_be_visible()
    await pasted.get_by_label("Link or code").fill(await server.new_link())
    await pasted.get_by_role("button", name="Sign in", exact=True).click()
    await pasted.get_by_role("heading", name=FIRST_SCREEN).wait_for()


async def test_too_many_tries_are_told_how_long_to_wait(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/signin")
    for _ in range(5):
        await fill_in(page, OTHER)
        await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()

    await fill_in(page)
    await expect(page.get_by_role("alert")).to_contain_text("Too many failed sign-ins: wait")


async def test_an_organisation_that_asks_for_a_second_factor_gets_one(server: Server, visit: Visit):
    await add_anna(server)
    await change_org(server, mfa_required=True)
    page = await visit(f"{server.url}/signin")
    await fill_in(page)
    key = await page.get_by_test_id("totp-key").inner_text()
    await page.get_by_label("Code of your authenticator app").fill(TOTP(key.replace(" ", "")).now())
    await page.get_by_role("button", name="Confirm").click()
    await page.get_by_label("I have kept these codes").check()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()


async def test_a_forgotten_password_is_replaced_by_letter(server: Server, visit: Visit):
    await add_anna(server)
    page = await visit(f"{server.url}/signin")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.get_by_label("E-mail").fill(ANNA)
    await page.get_by_role("button", name="Send the letter").click()
    await expect(page.get_by_role("status")).to_contain_text(ANNA)

    link = await letter_link(server, ANNA, "reset")
    await page.goto(link)
    await page.get_by_label("New password").fill(OTHER)
    await page.get_by_role("button", name="Change the password").click()
    await page.get_by_text("Your password is changed").wait_for()
    await enter(page, OTHER)

    await page.goto("about:blank")
    await page.goto(link)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_role("alert")).to_contain_text("This link is used up or too old.")


async def test_somebody_registers_where_everybody_may(server: Server, visit: Visit):
    page = await visit(f"{server.url}/register")
    await page.get_by_role("heading", name="Registration is closed").wait_for()
    await change_org(server, registration="open")
    await page.goto(f"{server.url}/signin")
    await page.get_by_role("link", name="Register").click()
    await page.get_by_label("Name").fill("Bo Dahl")
    await page.get_by_label("E-mail").fill("bo@acme.example")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_role("status")).to_contain_text("bo@acme.example")

    await page.goto(await letter_link(server, "bo@acme.example", "verify"))
    await page.get_by_role("button", name="Confirm the address").click()
    await page.get_by_role("link", name="Go on").click()
    await fill_in(page, name="bo@acme.example")
    await page.get_by_role("heading", name=FIRST_SCREEN).wait_for()


async def test_the_page_wears_the_organisations_look(server: Server, visit: Visit):
    async with server.signed_in() as client:
        await _brand(client)
    page = await visit(f"{server.url}/signin")

    await page.get_by_role("heading", name="Sign in to Windmill").wait_for()
    await expect(page.get_by_role("img", name="Windmill")).to_have_js_property("naturalWidth", 90)
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_have_css(
        "background-color", "rgb(11, 110, 79)"
    )


async def _brand(client: httpx2.AsyncClient) -> None:
    look = {"product_name": "Windmill", "accent": "#0b6e4f"}
    (await client.patch("/api/v1/org", json={"branding": look})).raise_for_status()
    logo = {"file": ("logo.png", png(90, 30), "image/png")}
    (await client.put("/api/v1/org/logo", files=logo)).raise_for_status()


async def test_coming_back_from_a_provider_goes_on_where_it_has_to(server: Server, visit: Visit):
    page = await visit(f"{server.url}/signin?refused=only_this_way")
    await expect(page.get_by_role("alert")).to_contain_text("Not signed in")
    made_up = "<b>Your account is stolen, call 555</b>"
    await page.goto(f"{server.url}/signin?refused={made_up}")
    await page.get_by_role("alert").wait_for()
    await expect(page.get_by_text("stolen")).to_have_count(0)

    await page.goto(f"{server.url}/signin?mfa=show&methods=totp,recovery&back=/runs")
    await page.get_by_label("Code of your authenticator app").fill("123456")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("alert")).to_contain_text("Sign in")
    await page.get_by_role("button", name="Begin again").click()
    await page.get_by_label("E-mail").wait_for()
