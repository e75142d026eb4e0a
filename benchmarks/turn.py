"""One conversation turn end to end over HTTP: from posting a message to the end of its run.

The stream of the conversation is open, as it is in the page; the turn is over when the
run's last journal event has arrived there. The model answers at once, at the wire.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from benchmarks import serving
from benchmarks.options import ROOT, Options, Result
from benchmarks.scripted_model import scripted_model, use
from benchmarks.serving import Client, Server
from benchmarks.statistics import milliseconds
from benchmarks.targets import Target, table, under

_ORDERS = ROOT / "examples" / "sales" / "orders.csv"
_TURNS_EACH = 5


def measure(options: Options) -> Result:
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name:
        folder = Path(name)
        server = serving.start(folder / "home")
        try:
            with scripted_model(folder) as base_url:
                return asyncio.run(_measure(server, base_url, 4 if options.quick else 40))
        finally:
            server.stop()


async def _measure(server: Server, base_url: str, conversations: int) -> Result:
    async with serving.client(server) as client:
        offline = await _turns(client, conversations, "List my files.", None)
        acting = await _turns(client, max(conversations // 4, 1), _QUESTION, _ORDERS)
        await use(client, base_url)
        await _turns(client, 2, "Say something.", None)  # warm: connections, imports
        model = await _turns(client, conversations, "Say something.", None)
    return {
        "figure": "turn",
        "instant_model": milliseconds(model),
        "offline_operator": milliseconds(offline),
        "offline_operator_sql": milliseconds(acting),
    }


_QUESTION = "total revenue by region in orders.csv"


async def _turns(client: Client, conversations: int, text: str, file: Path | None) -> list[float]:
    """Each conversation has a few turns, so that some have a history to read."""
    seconds: list[float] = []
    content = await asyncio.to_thread(file.read_bytes) if file else b""
    for _ in range(conversations):
        made = await client.send("POST", "/conversations", {})
        path = f"/conversations/{made['id']}"
        if file is not None:
            await client.upload(f"{path}/files", file.name, content)
        async with client.stream(f"{path}/stream") as events:
            for _ in range(_TURNS_EACH):
                body = {"text": text, "files": [file.name] if file else []}
                began = time.perf_counter()
                run = await client.send(
                    "POST", f"{path}/messages", body, Idempotency_Key=uuid4().hex
                )
                async for event, data in events:
                    if event == "journal" and data["run_id"] == run["id"]:
                        _check(data)
                        if data["type"] == "run.finished":
                            break
                seconds.append(time.perf_counter() - began)
    return seconds


def _check(event: dict[str, object]) -> None:
    if event["type"] in ("run.failed", "run.cancelled"):
        raise RuntimeError(f"The turn did not end well: {event['data']}")


def targets(result: Result) -> list[Target]:
    p50 = result["instant_model"]["p50_ms"]
    return [under("one conversation turn, instant model, p50", p50, 15, " ms")]


def describe(result: Result) -> str:
    names = {
        "instant_model": "instant model at the wire",
        "offline_operator": 'offline operator, "List my files."',
        "offline_operator_sql": f'offline operator, "{_QUESTION}" (SQL in the sandbox)',
    }
    columns = ["p50_ms", "p90_ms", "p99_ms", "max_ms"]
    rows = [
        [told, *(f"{result[name][column]:,.1f}" for column in columns)]
        for name, told in names.items()
    ]
    return (
        "From posting a message to the last journal event of its run on the conversation's open stream; "
        f"{_TURNS_EACH} turns a conversation, one after the other.\n\n"
        + table(["ms", "p50", "p90", "p99", "greatest"], rows)
    )
