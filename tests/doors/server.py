"""A real `cadre up` in a process of its own, on a free port, with a home of its own.

`server` is a fixture for tests of the API and of the page alike: it starts, stops, kills and
restarts on the same address, and signs in.
"""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from tests.planted import Planted

CADRE = Path(sys.executable).with_name("cadre")
EXAMPLES = Path(__file__).parents[2] / "examples"
_LINK = re.compile(rb"http://\S+/signin\?token=(\S+)")
_START_SECONDS = 60
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; heartbeats are left out."""

    event: str
    id: str | None
    data: Any


@dataclass
class Server:
    """`environment` is added to an otherwise clean one.

    What secrets the server is told of or tells is `planted`: whenever it has ended, they are looked
    for in all that it left, and `leaked` says where one was found. `all` are those of this session.
    """

    home: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    port: int = 0
    link: str = ""
    planted: Planted = field(default_factory=Planted)
    leaked: set[str] = field(default_factory=set[str])
    all: ClassVar[list["Server"]] = []
    _cookie: str = ""
    _process: asyncio.subprocess.Process | None = None
    _output: list[bytes] = field(default_factory=list[bytes])
    _readers: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def __post_init__(self) -> None:
        self.all.append(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that was printed so far, for a failing test."""
        return b"".join(self._output).decode(errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def variables(self) -> dict[str, str]:
        """The environment of this server's commands."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("CADRE_", "OPENAI_"))}
        return {**kept, "CADRE_HOME": str(self.home), **self.environment}

    async def start(self) -> None:
        """Start it and wait until it has printed a sign-in link."""
        self.planted.hear_environment(self.environment)
        self.port = self.port or free_port()
        self.link = ""
        self._process = await asyncio.create_subprocess_exec(
            CADRE,
            "up",
            "--port",
            str(self.port),
            env=self.variables(),
            cwd=self.home.parent,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        linked = asyncio.Event()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            asyncio.create_task(self._read(self._process.stdout, linked)),
            asyncio.create_task(self._read(self._process.stderr, linked)),
        ]
        try:
            await asyncio.wait_for(linked.wait(), _START_SECONDS)
        except TimeoutError:
            await self.kill()
        if not self.link:
            raise RuntimeError(f"cadre up did not start:\n{self.log}")

    async def stop(self) -> int:
        """SIGTERM, as `systemctl stop` does it; returns the exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL: the plug is pulled."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Start again on the same address with the same data."""
        assert not self.is_running
        await self.start()

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        try:
            code = await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        await asyncio.gather(*self._readers)
        await self.search()
        return code

    async def search(self) -> None:
        """Look for what was planted in files, in tables and in what was printed."""
        found = await asyncio.to_thread(self.planted.leaks, self.home, self.log)
        url = self.environment.get("CADRE_DATABASE_URL", "")
        if url.startswith("postgres"):
            found += await self.planted.leaks_in_postgres(url)
        self.leaked.update(found)

    async def _read(self, stream: asyncio.StreamReader, linked: asyncio.Event) -> None:
        async for line in stream:
            self._output.append(line)
            if match := _LINK.search(line):
                self.link = match[0].decode()
                linked.set()
        linked.set()  # it ended: whoever waits for the link should look

    @property
    def token(self) -> str:
        """The one-time token of the link that was printed last."""
        return self.link.rpartition("=")[2]

    async def new_link(self) -> str:
        """Another sign-in link."""
        code, out, error = await self.cadre("sign-in")
        assert code == 0, error
        return out.strip()

    async def cadre(self, *arguments: str, cwd: Path | None = None) -> tuple[int, str, str]:
        """Run a command of the command line: its exit code, its output, its errors."""
        process = await asyncio.create_subprocess_exec(
            CADRE,
            *arguments,
            env=self.variables(),
            cwd=cwd or self.home.parent,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        assert process.returncode is not None
        self.planted.hear_answer("", out, {})
        return process.returncode, out.decode(), error.decode()

    @asynccontextmanager
    async def anybody(self) -> AsyncGenerator[httpx2.AsyncClient]:
        """A client that has not signed in."""
        hooks = {"request": [self._told], "response": [self._tells]}
        async with httpx2.AsyncClient(base_url=self.url, timeout=60, event_hooks=hooks) as client:
            yield client

    async def _told(self, request: httpx2.Request) -> None:
        if "json" in request.headers.get("content-type", ""):
            self.planted.hear_request(request.url.path, request.content)

    async def _tells(self, answer: httpx2.Response) -> None:
        is_json = "json" in answer.headers.get("content-type", "")
        body = await answer.aread() if is_json else b""
        self.planted.hear_answer(answer.url.path, body, dict(answer.cookies))

    @asynccontextmanager
    async def signed_in(self) -> AsyncGenerator[httpx2.AsyncClient]:
        """A client with the cookie and the CSRF header of one session, kept over restarts."""
        async with self.anybody() as client:
            if not self._cookie:
                answer = await client.post("/api/v1/session", json={"token": self.token})
                answer.raise_for_status()
                self._cookie = client.cookies["cadre_session"]
            client.cookies = httpx2.Cookies({"cadre_session": self._cookie})
            me = (await client.get("/api/v1/me")).json()
            client.headers["X-CSRF-Token"] = me["csrf"]
            yield client


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


async def events(
    client: httpx2.AsyncClient, path: str, last_id: str | None = None
) -> AsyncIterator[Event]:
    """The events of an SSE stream, until it ends or nobody asks for more."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    async with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif not line and "data" in fields:
                yield Event(fields["event"], fields.get("id"), json.loads(fields["data"]))
                fields = {}


async def until(
    client: httpx2.AsyncClient, run_id: str, is_reached: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The run, once it is as wanted."""
    async with asyncio.timeout(60):
        while True:
            run = (await client.get(f"/api/v1/runs/{run_id}")).json()
            if is_reached(run):
                return run
            await asyncio.sleep(0.05)


def is_over(run: dict[str, Any]) -> bool:
    return run["status"] in {"done", "failed", "cancelled"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A running server with the offline operator."""
    server = Server(tmp_path / "home")
    await server.start()
    yield server
    if server.is_running:
        await server.stop()
