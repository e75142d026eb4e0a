"""Items: what travels on a live stream, the same by SSE and by WebSocket."""

from dataclasses import dataclass
from typing import Literal

import orjson

from cadre.engine.runs import Run, RunEvent
from cadre.kernel.messages import Json

Vocabulary = Literal["journal", "live", "run", "end"]


@dataclass(frozen=True, slots=True)
class Item:
    """`id` is where to resume after; only journal events have one. `data` is JSON."""

    event: Vocabulary
    data: bytes
    id: str | None = None


END = Item("end", b"{}")


def journal_item(event: RunEvent, position: str) -> Item:
    return Item("journal", event.model_dump_json().encode(), position)


def live_item(frame: dict[str, Json]) -> Item:
    return Item("live", orjson.dumps(frame, default=str))


def run_item(run: Run) -> Item:
    """The run without its payloads, which have their own address."""
    return Item("run", run.model_dump_json(exclude={"definition", "input", "output"}).encode())


def sse(item: Item) -> bytes:
    """`item` as a server-sent event. JSON has no line breaks outside of escapes."""
    position = b"" if item.id is None else b"id: " + item.id.encode() + b"\n"
    return b"event: " + item.event.encode() + b"\n" + position + b"data: " + item.data + b"\n\n"
