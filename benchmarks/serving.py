"""The real server, `cadre up`, in a home of its own, and a client that has a key to it."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.options import ROOT, environment

CADRE = Path(sys.executable).with_name("cadre")
_START_SECONDS = 60.0


@dataclass(slots=True)
class Server:
    """A started server; `ready_seconds` is from the start of the process to the first answer."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    ready_seconds: float
    environment: dict[str, str]

    def resident_bytes(self) -> int:
        """Of the server and all its children."""
        root = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in [root, *root.children(recursive=True)])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(home: Path, **more: str) -> Server:
    """Start `cadre up` with all its data in `home`; return when it has answered a request.

    `more` is added to its environment.
    """
    port = _free_port()
    given = environment(CADRE_HOME=str(home), CADRE_PORT=str(port), **more)
    with (home.parent / f"{home.name}.log").open("ab") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(CADRE), "up"],
            cwd=ROOT,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    while not _answers(port):
        if process.poll() is not None or time.perf_counter() - began > _START_SECONDS:
            process.kill()
            raise RuntimeError(f"cadre up did not start: {_tail(home)}")
        time.sleep(0.002)
    ready_seconds = time.perf_counter() - began
    return Server(process, home, f"http://127.0.0.1:{port}", ready_seconds, given)


def make_key(server: Server) -> str:
    """A bearer key, made as a person would."""
    done = subprocess.run(
        [str(CADRE), "keys", "create", "--name", "bench", "--json"],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["key"]


class Client:
    """Speaks cadre's HTTP API with a key."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self._api = f"{server.url}/api/v1"
        self._session = session

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self._api}{path}"
        async with self._session.request(method, url, json=body, headers=sent) as response:
            text = await response.text()
            if response.status >= 400:
                raise RuntimeError(f"{method} {path}: {response.status} {text}")
            return json.loads(text) if text else None

    async def upload(self, path: str, name: str, content: bytes) -> None:
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        async with self._session.post(f"{self._api}{path}", data=form) as response:
            response.raise_for_status()

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncGenerator[AsyncIterator[tuple[str, Any]]]:
        """Server-sent events as (event, data)."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{self._api}{path}", timeout=timeout) as response:
            response.raise_for_status()
            yield _events(response)


@asynccontextmanager
async def client(server: Server) -> AsyncGenerator[Client]:
    key = await asyncio.to_thread(make_key, server)
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Client(server, session)


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    event = "message"
    async for line in response.content:
        if line.startswith(b"event:"):
            event = line[6:].strip().decode()
        elif line.startswith(b"data:"):
            yield event, json.loads(line[5:])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET /api/v1/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in connection.recv(100)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _tail(home: Path) -> str:
    return (home.parent / f"{home.name}.log").read_text()[-2000:]
