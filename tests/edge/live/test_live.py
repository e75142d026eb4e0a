"""Live streams: bounded for slow readers, resumable, and gone when their client is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cadre.edge.live.event_stream import EventStream
from cadre.edge.live.feeds import ConversationFeed, Put, RunFeed
from cadre.edge.live.items import Item, sse
from cadre.edge.live.positions import (
    BadPosition,
    Position,
    conversation_position,
    run_position,
)
from cadre.edge.live.streams import Streams, TooManyStreams
from cadre.engine.runs import ActiveRun, Run, Runs, RunSpec, Worker
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope


class Client:
    """An ASGI client that reads as slowly as it likes and leaves when it wants."""

    def __init__(self) -> None:
        self.body = b""
        self.chunks = 0
        self.is_complete = False
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.has_left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.may_read.wait()
        if message["type"] == "http.response.body":
            self.body += message["body"]
            self.chunks += 1
            self.is_complete = not message["more_body"]


async def _serve(stream: EventStream, client: Client) -> None:
    await stream({"type": "http"}, client.receive, client.send)


def _item(number: int) -> Item:
    return Item("journal", f'{{"number":{number}}}'.encode(), str(number))


def test_an_item_is_one_event_with_its_position():
    assert sse(_item(7)) == b'event: journal\nid: 7\ndata: {"number":7}\n\n'
    assert sse(Item("end", b"{}")) == b"event: end\ndata: {}\n\n"


async def test_a_feed_is_sent_to_its_end():
    async def feed(put: Put) -> None:
        for number in range(1000):
            await put(_item(number))

    client = Client()
    await _serve(EventStream(feed, Streams()), client)

    assert client.is_complete
    assert client.body.count(b"event: journal") == 1000
    assert client.body.startswith(b"retry: 1000\n\n")
    assert client.chunks < 100  # what is ready travels together


async def test_a_reader_that_stops_holds_a_bounded_number_of_items():
    produced = 0

    async def feed(put: Put) -> None:
        nonlocal produced
        while True:
            await put(_item(produced))
            produced += 1

    client, streams = Client(), Streams()
    client.may_read.clear()
    serving = asyncio.create_task(_serve(EventStream(feed, streams), client))
    client.may_read.set()
    await asyncio.sleep(0.05)
    client.may_read.clear()
    await asyncio.sleep(0.05)
    before = produced
    await asyncio.sleep(0.1)

    assert 0 < produced <= before + 300
    client.may_read.set()
    client.has_left.set()
    await asyncio.wait_for(serving, 5)
    assert streams.open_count == 0


async def test_a_client_that_leaves_frees_the_feed():
    freed = asyncio.Event()

    async def feed(put: Put) -> None:
        try:
            await put(_item(0))
            await asyncio.sleep(3600)
        finally:
            freed.set()

    client, streams = Client(), Streams()
    serving = asyncio.create_task(_serve(EventStream(feed, streams), client))
    await asyncio.sleep(0.05)
    assert streams.open_count == 1
    client.has_left.set()
    await asyncio.wait_for(serving, 5)

    assert freed.is_set()
    assert streams.open_count == 0


async def test_closing_the_server_completes_every_stream():
    async def feed(_put: Put) -> None:
        await asyncio.sleep(3600)

    streams, client, late = Streams(), Client(), Client()
    serving = asyncio.create_task(_serve(EventStream(feed, streams), client))
    await asyncio.sleep(0.05)
    streams.close()
    await asyncio.wait_for(serving, 5)
    await asyncio.wait_for(_serve(EventStream(feed, streams), late), 5)

    assert client.is_complete
    assert late.is_complete


async def test_too_many_streams_are_refused():
    streams = Streams(limit=1)

    async with streams.opened():
        with pytest.raises(TooManyStreams):
            streams.check()
    streams.check()


@pytest.mark.parametrize("said", ["x", "1.5", "1:2", " 1", "99999999999", "²"])
def test_what_is_no_run_position_is_refused(said: str):
    with pytest.raises(BadPosition):
        run_position(said)


@pytest.mark.parametrize("said", ["x", "run_1", "run_1:", ":1", "run_1:x", "a b:1", "x:1:2"])
def test_what_is_no_conversation_position_is_refused(said: str):
    with pytest.raises(BadPosition):
        conversation_position(said)


def test_positions_are_read_back_as_they_were_given():
    assert (run_position(None), run_position("-1"), run_position("12")) == (-1, -1, 12)
    assert conversation_position(None) is None
    assert str(conversation_position("run_1:12")) == "run_1:12"


async def _talk(run: ActiveRun) -> Json:
    """Emits as many frames as its input says, then answers."""
    for number in range(run.input["frames"]):
        run.emit({"type": "text.delta", "key": "talk", "text": str(number)})
        await asyncio.sleep(0)
    return {"said": run.input["frames"]}


@pytest.fixture
async def runs(sqlite_database: Database, blobs: Blobs, bus: Bus) -> AsyncIterator[Runs]:
    runs = Runs(sqlite_database, blobs, bus)
    await runs.open()
    worker = Worker(runs, {"talk": _talk})
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        yield runs
        await worker.close(1)
    await runs.close()


async def _start(runs: Runs, scope: Scope, session: str = "s1", frames: int = 3) -> Run:
    spec = RunSpec(kind="talk", definition={}, input={"frames": frames}, session_id=session)
    return await runs.start(scope, spec)


class Collector:
    """Keeps what a feed puts, and stops it when enough runs have finished."""

    def __init__(self, finished: int) -> None:
        self.items: list[Item] = []
        self._left = finished
        self.is_enough = asyncio.Event()

    async def put(self, item: Item) -> None:
        self.items.append(item)
        if b'"run.finished"' in item.data:
            self._left -= 1
            if self._left == 0:
                self.is_enough.set()

    @property
    def positions(self) -> list[str]:
        return [item.id for item in self.items if item.id is not None]

    async def collect(self, feed: ConversationFeed) -> None:
        task = asyncio.create_task(feed(self.put))
        await asyncio.wait_for(self.is_enough.wait(), 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_run_feed_gives_the_journal_in_order_and_ends(runs: Runs, scope: Scope):
    run = await _start(runs, scope)
    items: list[Item] = []

    async def put(item: Item) -> None:
        items.append(item)

    await asyncio.wait_for(RunFeed(runs, scope, run.id, -1)(put), 20)
    numbers = [int(item.id) for item in items if item.id is not None]
    rest: list[Item] = []

    async def put_rest(item: Item) -> None:
        rest.append(item)

    await asyncio.wait_for(RunFeed(runs, scope, run.id, numbers[0])(put_rest), 20)

    assert numbers == list(range(len(numbers)))
    assert items[-1].event == "end"
    assert [item.id for item in rest if item.id is not None] == [str(n) for n in numbers[1:]]


async def test_a_conversation_resumes_at_any_position_with_exactly_what_follows(
    runs: Runs, bus: Bus, scope: Scope
):
    for _ in range(3):
        await _start(runs, scope)
    await _start(runs, scope, session="other")
    whole = Collector(3)
    await whole.collect(ConversationFeed(runs, bus, scope, "s1", None))

    assert len(whole.positions) == len(set(whole.positions))
    for place, position in enumerate(whole.positions[:-1]):
        left = sum(b'"run.finished"' in i.data for i in _after(whole.items, position))
        rest = Collector(left)
        await rest.collect(
            ConversationFeed(runs, bus, scope, "s1", conversation_position(position))
        )
        assert rest.positions == whole.positions[place + 1 :]


def _after(items: list[Item], position: str) -> list[Item]:
    place = [item.id for item in items].index(position)
    return items[place + 1 :]


async def test_another_org_follows_nothing(runs: Runs, bus: Bus, scope: Scope, other_scope: Scope):
    await _start(runs, scope)
    nothing = Collector(1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await ConversationFeed(runs, bus, other_scope, "s1", None)(nothing.put)

    assert nothing.items == []


def test_a_position_names_its_run():
    assert str(Position(RunId("run_x"), 3)) == "run_x:3"
