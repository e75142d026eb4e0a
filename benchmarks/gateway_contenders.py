"""Who is measured: the upstream itself, the floor, cadre, and the peers that can be had."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import serving
from benchmarks.gateway_process import Door, free_port, started, stop
from benchmarks.gateway_shapes import MODEL
from benchmarks.options import ROOT, environment
from benchmarks.peers import gateway_litellm, gateway_portkey

PROVIDER = "bench"
PATH = "/v1/chat/completions"

# Asked for in their registries, by their own names, when this was written.
ABSENT = {
    "Bifrost": "the Go module proxy refused github.com/maximhq/bifrost/transports 1.3.0 and 1.5.11 "
    "(403, this module version is not available), and its npm package only downloads a binary",
    "agentgateway": "crates.io has no crate of this name: it is built from its repository only",
}


def _nothing() -> None:
    """There is nothing to install."""


@dataclass(frozen=True, slots=True)
class Contender:
    """`share` of the requests that the quick ones get; the slow ones would take hours with all."""

    name: str
    running: Callable[[Path, str], AbstractContextManager[Door]]
    prepare: Callable[[], None] = _nothing
    share: float = 1.0


@contextmanager
def upstream() -> Generator[tuple[Door, str]]:
    """The fake provider as a door to ask directly, and its base URL."""
    command = [sys.executable, "-m", "benchmarks.gateway_upstream"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        yield Door(process.pid, f"{url}/chat/completions", MODEL), url
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def _floor(folder: Path, url: str) -> Generator[Door]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.gateway_floor", str(port), url]
    with started(command, folder / "floor.log", port) as pid:
        yield Door(pid, f"http://127.0.0.1:{port}{PATH}", MODEL)


@contextmanager
def _cadre(folder: Path, url: str) -> Generator[Door]:
    """`cadre up` with a key, a priced model and a hard budget: every call reserves and settles."""
    server = serving.start(folder / "cadre")
    try:
        key = serving.make_key(server)
        asyncio.run(_configure(server, url))
        headers = {"authorization": f"Bearer {key}"}
        model = f"{PROVIDER}:{MODEL}"
        yield Door(server.process.pid, f"{server.url}{PATH}", model, headers)
    finally:
        server.stop()


async def _configure(server: serving.Server, url: str) -> None:
    price = {"input": "0.4", "output": "1.6"}
    provider = {"base_url": url, "key": "sk-bench", "models": [MODEL], "prices": {MODEL: price}}
    budget = {"limit_usd": "100000", "mode": "hard", "period": "month"}
    async with serving.client(server) as client:
        await client.send("PUT", f"/providers/{PROVIDER}", provider)
        await client.send("POST", "/budgets", budget)


FLOOR = Contender("floor", _floor)
CADRE = Contender("cadre", _cadre)
PORTKEY = Contender("Portkey", gateway_portkey.running, gateway_portkey.prepare, share=0.5)
LITELLM = Contender("litellm", gateway_litellm.running, gateway_litellm.prepare, share=0.1)
CONTENDERS = (FLOOR, CADRE, PORTKEY, LITELLM)
