"""A stream can be cut anywhere and goes on without loss or repetition."""

import asyncio
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.doors.scripted import ask
from tests.doors.server import Event, Server, events, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer

LONG = " ".join(f"word{number}" for number in range(120))


class Reader:
    """What a client makes of a stream: the journal's positions and the text so far."""

    def __init__(self) -> None:
        self.positions: list[str] = []
        self.text = ""
        self.has_ended = False

    def take(self, event: Event) -> None:
        if event.event == "journal":
            assert event.id is not None
            self.positions.append(event.id)
        elif event.event == "live" and event.data["type"] == "text.delta":
            self.text += event.data["text"]
        elif event.event == "live" and event.data["type"] == "text.snapshot":
            self.text = event.data["text"]
        self.has_ended = self.has_ended or event.event == "end"


async def _text_of(client: httpx2.AsyncClient, run_id: str) -> str:
    return (await until(client, run_id, is_over))["output"]["text"]


async def test_a_run_stream_cut_in_mid_answer_goes_on(scripted: Server, model: ScriptedServer):
    model.say(Reply(text=LONG, chunk_delay_seconds=0.02))
    reader, cuts = Reader(), 0
    async with scripted.signed_in() as client:
        run = await ask(client, "Say many words.")
        path = f"/api/v1/runs/{run['id']}/stream"
        while not reader.has_ended:
            before, last_id = len(reader.text), reader.positions[-1] if reader.positions else None
            async for event in events(client, path, last_id):
                reader.take(event)
                assert LONG.startswith(reader.text)
                if cuts < 3 and len(reader.text) > before + 100:
                    cuts += 1
                    break
        whole = await _text_of(client, run["id"])

    assert cuts == 3
    assert whole == reader.text == LONG
    assert [int(position) for position in reader.positions] == list(range(len(reader.positions)))


async def test_a_conversation_stream_follows_every_message_in_order(
    scripted: Server, model: ScriptedServer
):
    model.say(
        Reply(text="The first answer.", when="first", chunk_delay_seconds=0.05),
        Reply(text="The second answer.", when="second"),
    )
    positions: list[str] = []
    finished: list[str] = []
    async with scripted.signed_in() as client:
        first = await ask(client, "first")
        second = await ask(client, "second", first["session_id"])
        path = f"/api/v1/conversations/{first['session_id']}/stream"
        async for event in events(client, path):
            if event.event == "journal":
                assert event.id is not None
                positions.append(event.id)
                if event.data["type"] == "run.finished":
                    finished.append(event.data["run_id"])
            if len(finished) == 2:
                break
        middle = len(positions) // 2
        resumed: list[str] = []
        async for event in events(client, path, positions[middle]):
            if event.event == "journal":
                assert event.id is not None
                resumed.append(event.id)
            if len(resumed) == len(positions) - middle - 1:
                break

    assert finished == [first["id"], second["id"]]
    assert len(positions) == len(set(positions))
    assert resumed == positions[middle + 1 :]


async def test_a_conversation_stream_sees_runs_that_begin_later(server: Server):
    async with server.signed_in() as client:
        conversation = (await client.post("/api/v1/conversations", json={})).json()["id"]

        async def first_finished() -> str:
            path = f"/api/v1/conversations/{conversation}/stream"
            async for event in events(client, path):
                if event.event == "journal" and event.data["type"] == "run.finished":
                    return event.data["run_id"]
            raise AssertionError("the stream ended")

        following = asyncio.create_task(first_finished())
        await asyncio.sleep(0.2)
        run = await ask(client, "help", conversation)

        assert await asyncio.wait_for(following, 30) == run["id"]


@pytest.mark.parametrize("position", ["x", "1:2:3", "run_none", "-"])
async def test_a_position_that_was_never_given_out_is_refused(server: Server, position: str):
    async with server.signed_in() as client:
        run = await ask(client, "help")
        for path in (f"runs/{run['id']}", f"conversations/{run['session_id']}"):
            answer = await client.get(f"/api/v1/{path}/stream", headers={"Last-Event-ID": position})
            assert (answer.status_code, answer.json()["field"]) == (422, "after")


async def test_the_server_stops_while_streams_are_open(server: Server):
    async with server.signed_in() as client:
        run = await ask(client, "help")
        path = f"/api/v1/conversations/{run['session_id']}/stream"
        stream = events(client, path)
        await anext(stream)

        code = await asyncio.wait_for(server.stop(), 10)

    assert code == 0
    assert "Traceback" not in server.log


async def test_a_websocket_speaks_the_same_vocabulary(scripted: Server, model: ScriptedServer):
    model.say(Reply(text=LONG, chunk_delay_seconds=0.01))
    async with scripted.signed_in() as client:
        key = (await client.post("/api/v1/keys", json={"name": "ws"})).json()["key"]
        run = await ask(client, "Say many words.")
        messages = await _over_websocket(scripted, key, run["id"])

    seqs = [int(m["event_id"]) for m in messages if m.get("event") == "journal"]
    text = "".join(
        m["data"]["text"]
        for m in messages
        if m.get("event") == "live" and m["data"]["type"] == "text.delta"
    )
    assert messages[0] == {"type": "pong"}
    assert seqs == list(range(len(seqs)))
    assert text
    assert messages[-1]["event"] == "end"


async def _over_websocket(server: Server, key: str, run_id: str) -> list[dict[str, Any]]:
    import json

    messages: list[dict[str, Any]] = []
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        await socket.send('{"type": "ping"}')
        await socket.send(json.dumps({"type": "subscribe", "stream": "run", "id": run_id}))
        async for text in socket:
            messages.append(json.loads(text))
            if messages[-1].get("event") == "end":
                return messages
    return messages


async def test_a_websocket_of_another_origin_or_a_stranger_is_refused(server: Server):
    from websockets.exceptions import InvalidStatus

    url = server.url.replace("http", "ws") + "/api/v1/ws"
    async with server.signed_in() as client:
        cookie = f"cadre_session={client.cookies['cadre_session']}"

    statuses: list[int] = []
    for headers in (
        {},
        {"Cookie": cookie},
        {"Cookie": cookie, "Origin": "http://evil.example"},
        {"Cookie": cookie, "Origin": server.url},
    ):
        try:
            async with connect(url, additional_headers=headers):
                statuses.append(101)
        except InvalidStatus as error:
            statuses.append(error.response.status_code)

    assert statuses == [401, 403, 403, 101]
