"""First-byte overhead of a streamed answer over the model server's own.

Direct: from the request to the model server until its first piece of text. Through cadre:
from posting the message until the first piece of text on the conversation's open stream,
with everything in between: the run started durably, claimed, its history read, the model
asked. Measured in turns, so that both see the same machine.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import aiohttp

from benchmarks import serving
from benchmarks.options import Options, Result
from benchmarks.scripted_model import own_first_byte, scripted_model, use
from benchmarks.serving import Client, Server
from benchmarks.statistics import milliseconds, quantile
from benchmarks.targets import Target, table, under

# From marks in the server's code, medians of 25 messages, traced on 2026-11-25.
_WHERE = (
    "Where it goes, in ms: 0.6 whose key it is and the body; 0.4 conversation and agent; 2.0 until the "
    "run is durable, with its driver preparing beside that; 0.5 the call planned and paid for; 0.5 the "
    "request to the model; 0.5 its first piece read and passed on; the rest is two more hops between "
    "processes and the client's own HTTP. Tried on the way here, together 9.8 to 6.1: the history is "
    "written with the model's step, lookups go to SQLite in place and past SQLAlchemy, the driver "
    "prepares while its run is committed, the server runs on uvloop."
)


def measure(options: Options) -> Result:
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name:
        folder = Path(name)
        server = serving.start(folder / "home")
        try:
            with scripted_model(folder, delay_seconds=0.05, chunk_delay_seconds=0.005) as base_url:
                return asyncio.run(_measure(server, base_url, 10 if options.quick else 150))
        finally:
            server.stop()


async def _measure(server: Server, base_url: str, times: int) -> Result:
    direct: list[float] = []
    through: list[float] = []
    async with serving.client(server) as client, aiohttp.ClientSession() as session:
        await use(client, base_url)
        for number in range(times + 5):
            own = await own_first_byte(session, base_url)
            ours = await _through_cadre(client)
            if number >= 5:  # the first few open connections
                direct.append(own)
                through.append(ours)
    own_median = quantile(direct, 0.5)
    return {
        "figure": "first_byte",
        "model_server": milliseconds(direct),
        "through_cadre": milliseconds(through),
        "overhead": milliseconds([each - own_median for each in through]),
    }


async def _through_cadre(client: Client) -> float:
    made = await client.send("POST", "/conversations", {})
    path = f"/conversations/{made['id']}"
    async with client.stream(f"{path}/stream") as events:
        body = {"text": "Say something."}
        began = time.perf_counter()
        posting = asyncio.create_task(
            client.send("POST", f"{path}/messages", body, Idempotency_Key=uuid4().hex)
        )
        first = None
        async for event, data in events:
            if event == "live" and data["type"] == "text.delta" and data["text"]:
                first = first or time.perf_counter() - began
            if event == "journal" and data["type"] in ("run.finished", "run.failed"):
                break
        await posting
    if first is None:
        raise RuntimeError("No text came through.")
    return first


def targets(result: Result) -> list[Target]:
    overhead = result["overhead"]["p50_ms"]
    return [under("first-byte overhead of a streamed answer, p50", overhead, 5, " ms")]


def describe(result: Result) -> str:
    names = {
        "model_server": "the model server, asked directly",
        "through_cadre": "through cadre",
        "overhead": "overhead",
    }
    columns = ["p50_ms", "p90_ms", "p99_ms", "max_ms"]
    rows = [
        [told, *(f"{result[name][column]:,.2f}" for column in columns)]
        for name, told in names.items()
    ]
    return (
        "The model server waits 50 ms, as a quick model does, then streams, 5 ms a piece. Through cadre is the time "
        "from posting the message to the first text on the conversation's open stream; the overhead is "
        "that less the direct median.\n\n"
        + table(["ms", "p50", "p90", "p99", "greatest"], rows)
        + f"\n\n{_WHERE}"
    )
