"""A real Chromium, and pages that are signed in and must not complain."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.doors.server import Server

_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]
_WAIT_MILLISECONDS = 30_000
expect.set_options(timeout=_WAIT_MILLISECONDS)

SignIn = Callable[..., Awaitable[Page]]
Visit = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "The browser tests need Chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def sign_in(chromium: Browser) -> AsyncIterator[SignIn]:
    """`await sign_in(server)` is a page on the first screen; it fails on errors of the page itself."""
    complaints: list[str] = []
    contexts: list[Page] = []

    def listen(message: ConsoleMessage) -> None:
        # A stopped server is part of some tests; the browser reports each refused connection.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    async def open_page(
        server: Server, *, width: int = 1440, height: int = 900, scheme: str = "light"
    ) -> Page:
        page = await chromium.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(page)
        page.set_default_timeout(_WAIT_MILLISECONDS)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(await server.new_link())
        await page.get_by_role("heading", name="What do you need done?").wait_for()
        return page

    yield open_page
    for page in contexts:
        await page.close()
    assert complaints == []


@pytest.fixture
async def visit(chromium: Browser) -> AsyncIterator[Visit]:
    """`await visit(url)` is a page of a browser of its own, that nobody has signed in."""
    complaints: list[str] = []
    pages: list[Page] = []

    def listen(message: ConsoleMessage) -> None:
        # Refusals are part of these tests; the browser reports each of them.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    async def open_page(
        url: str, *, width: int = 1440, height: int = 900, scheme: str = "light"
    ) -> Page:
        page = await chromium.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        pages.append(page)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        return page

    yield open_page
    for page in pages:
        await page.close()
    assert complaints == []
