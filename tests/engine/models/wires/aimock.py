"""aimock (npm `@copilotkit/aimock`) as an upstream that we did not write, in a process of its own.

In a test: the fixture `aimock`, then `await aimock.say({"match": {...}, "response": {...}})`.
The first fixture that matches answers; what none matches is an error, as in `--strict`.
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

_WEB = Path(__file__).parents[4] / "web"
_PLACES = (
    _WEB / "node_modules/.bin/llmock",
    _WEB / "node_modules/@copilotkit/aimock/dist/cli.js",
)
# It wants to begin with some fixture; ours are dropped and replaced over its control API.
_SEED = _WEB / "node_modules/@copilotkit/aimock/fixtures/example-greeting.json"
_LISTENING = re.compile(r"listening on (http://\S+)")
_START_SECONDS = 20.0


class AimockMissing(Exception):
    """The package is not installed."""


class Aimock:
    """One process on a free loopback port; `url` is where it listens."""

    def __init__(self) -> None:
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._rest: asyncio.Task[None] | None = None
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *_command(),
            *("--port", "0", "--host", "127.0.0.1", "--strict", "--log-level", "info"),
            *("--fixtures", str(_SEED)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "NO_COLOR": "1"},
        )
        self.url = await asyncio.wait_for(self._address(), _START_SECONDS)
        self._rest = asyncio.create_task(self._swallow())
        self._client = aiohttp.ClientSession()
        await self.forget()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        if self._client is not None:
            await self._client.close()
        self._process.kill()
        await self._process.wait()
        if self._rest is not None:
            await self._rest

    async def say(self, *fixtures: dict[str, Any]) -> None:
        """Add fixtures behind those that it has."""
        await self._control("POST", "/fixtures", {"fixtures": list(fixtures)})

    async def forget(self) -> None:
        """Drop all fixtures, counts and the journal."""
        await self._control("POST", "/reset", None)

    async def fail(self, **rates: float) -> None:
        """Answer this share of the requests with a fault: `dropRate` (500), `rateLimitRate` (429)."""
        await self._control("POST", "/chaos", rates)

    async def journal(self) -> list[dict[str, Any]]:
        """What it was asked, oldest first, and what it answered."""
        return await self._control("GET", "/journal", None)

    async def _control(self, method: str, path: str, body: Any) -> Any:
        assert self._client is not None
        url = f"{self.url}/__aimock{path}"
        async with self._client.request(method, url, json=body) as answer:
            content = await answer.text()
            assert answer.status < 300, f"aimock: {answer.status} {content}"
            return json.loads(content)

    async def _address(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        said = ""
        while line := await self._process.stdout.readline():
            said += line.decode("utf-8", "replace")
            if found := _LISTENING.search(said):
                return found[1]
        raise AimockMissing(f"aimock ended before it listened: {said[-2000:]}")

    async def _swallow(self) -> None:
        """Read what it prints, or it would stop when the pipe is full."""
        assert self._process is not None
        assert self._process.stdout is not None
        while await self._process.stdout.read(1 << 16):
            pass


@pytest.fixture(scope="session")
async def aimock_process() -> AsyncIterator[Aimock]:
    async with Aimock() as running:
        yield running


@pytest.fixture
async def aimock(aimock_process: Aimock) -> Aimock:
    """A running aimock that has no fixtures yet."""
    await aimock_process.forget()
    return aimock_process


def _command() -> list[str]:
    for place in _PLACES:
        if place.exists():
            return ["node", str(place.resolve())]
    raise AimockMissing(
        "aimock is not installed: run `npm ci` in web/. It is a development dependency there "
        "(@copilotkit/aimock), and these tests ask it as a real upstream."
    )
