"""Anna, as whom the browser tests of signing in and of the account come: her letters and her ways in."""

import asyncio
import email
import email.policy
import re
import struct
import zlib

from playwright.async_api import Page

from tests.doors.browser.test_pages import scrolls_sideways, serious_faults
from tests.doors.server import Server

ANNA = "anna@acme.example"
PASSWORD = "ocelot-lantern-grape"
OTHER = "zinc-harbour-violin"
FIRST_SCREEN = "What do you need done?"


async def letter_link(server: Server, to: str, page: str) -> str:
    """The link to `page` in the newest letter to `to`, once it lies in the folder."""
    for _ in range(300):
        for path in sorted((server.home / "mail").glob("*.eml"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            found = re.search(rf"http://\S+/{page}#token=\S+", body.get_content())
            if message["to"] == to and found:
                path.unlink()
                return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"no letter to {to}")


async def invite(server: Server, role: str = "builder") -> str:
    """The link of the letter that invites Anna."""
    code, _, error = await server.cadre("users", "invite", ANNA, "--role", role, "--json")
    assert code == 0, error
    return await letter_link(server, ANNA, "invitation")


async def add_anna(server: Server, role: str = "builder") -> None:
    """Anna, with her password, without a browser."""
    link = await invite(server, role)
    body = {"token": link.partition("=")[2], "name": "Anna Ek", "password": PASSWORD}
    async with server.anybody() as client:
        answer = await client.post("/api/v1/registration/invitation", json=body)
    assert answer.status_code == 204, answer.text


async def fill_in(page: Page, password: str = PASSWORD, name: str = ANNA) -> None:
    await page.get_by_label("E-mail").fill(name)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def enter(page: Page, password: str = PASSWORD) -> None:
    await fill_in(page, password)
    await page.get_by_role("navigation", name="Rooms").first.wait_for()


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Anna").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_label("E-mail").wait_for()


async def change_org(server: Server, **change: object) -> None:
    async with server.signed_in() as client:
        (await client.patch("/api/v1/org", json=change)).raise_for_status()


async def faults_of(page: Page) -> list[str]:
    found = await serious_faults(page)
    return [*found, "scrolls sideways"] if await scrolls_sideways(page) else found


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""
    row = b"\0" + b"\x0b\x6e\x4f" * width
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
