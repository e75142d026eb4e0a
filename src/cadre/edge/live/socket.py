"""A WebSocket with any number of streams on it, in the vocabulary of SSE.

The client sends `subscribe`, `unsubscribe` and `ping`; the server sends items, each with
the stream that it belongs to. All streams share one bounded queue: a client that does not
read holds them all still.
"""

import asyncio
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket

from cadre.edge.live.feeds import Feed
from cadre.edge.live.items import Item
from cadre.edge.live.sources import Sources
from cadre.edge.live.streams import Streams
from cadre.infra.telemetry import get_logger
from cadre.infra.web import authorize
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import ConversationId, RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope

_QUEUE_MESSAGES = 256
_MAX_SUBSCRIPTIONS = 64
_MAX_MESSAGE_CHARACTERS = 4096
_STALLED_SECONDS = 60.0
_GOING_AWAY = 1001


class Subscribe(BaseModel):
    type: Literal["subscribe"]
    stream: Literal["run", "conversation"]
    id: str = Field(max_length=200)
    after: str | int | None = None


class Unsubscribe(BaseModel):
    type: Literal["unsubscribe"]
    stream: Literal["run", "conversation"]
    id: str


class Ping(BaseModel):
    type: Literal["ping"]


Wish = Annotated[Subscribe | Unsubscribe | Ping, Field(discriminator="type")]
_WISH: TypeAdapter[Wish] = TypeAdapter(Wish)
_Key = tuple[str, str]


class Socket:
    """One connection, from its acceptance to its end."""

    def __init__(
        self,
        websocket: WebSocket,
        scope: Scope,
        sources: Sources,
        streams: Streams,
    ) -> None:
        self._websocket = websocket
        self._scope = scope
        self._sources = sources
        self._streams = streams
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(_QUEUE_MESSAGES)
        self._subscriptions: dict[_Key, asyncio.Task[None]] = {}
        self._log = get_logger("edge.live")

    async def serve(self) -> None:
        """Until the client leaves, stalls, or the server closes."""
        await self._websocket.accept()
        async with self._streams.opened() as ending:
            tasks: list[asyncio.Task[Any]] = [
                asyncio.create_task(self._listen()),
                asyncio.create_task(self._send()),
                asyncio.create_task(ending.wait()),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                is_gone = tasks[0].done() or tasks[1].done()
                all_tasks = [*tasks, *self._subscriptions.values()]
                for task in all_tasks:
                    task.cancel()
                await asyncio.gather(*all_tasks, return_exceptions=True)
            if not is_gone:
                await self._websocket.close(_GOING_AWAY, "the server stops; come back")

    async def _listen(self) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            await self._obey(message.get("text") or "")

    async def _obey(self, text: str) -> None:
        try:
            wish = _WISH.validate_json(text[:_MAX_MESSAGE_CHARACTERS])
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            return await self._refuse({}, "invalid", f"{where}: {fault['msg']}".lstrip(": "))
        if isinstance(wish, Subscribe):
            return await self._subscribe(wish)
        if isinstance(wish, Unsubscribe):
            subscription = self._subscriptions.pop((wish.stream, wish.id), None)
            if subscription is not None:
                subscription.cancel()
                await asyncio.gather(subscription, return_exceptions=True)
            return None
        return await self._outgoing.put(b'{"type":"pong"}')

    async def _subscribe(self, wish: Subscribe) -> None:
        key = (wish.stream, wish.id)
        about: dict[str, Json] = {"stream": wish.stream, "id": wish.id}
        if key in self._subscriptions:
            return await self._refuse(about, "subscribed", "This stream is open already.")
        if len(self._subscriptions) >= _MAX_SUBSCRIPTIONS:
            detail = f"At most {_MAX_SUBSCRIPTIONS} streams a connection: unsubscribe from some."
            return await self._refuse(about, "too_many_streams", detail)
        try:
            feed = await self._find(wish)
        except CadreError as error:
            return await self._refuse(about, error.code, error.detail)
        self._subscriptions[key] = asyncio.create_task(self._follow(key, feed))
        return None

    async def _find(self, wish: Subscribe) -> Feed:
        after = None if wish.after is None else str(wish.after)
        await authorize(self._websocket, f"{wish.stream}s:read", f"{wish.stream}:{wish.id}")
        if wish.stream == "run":
            return await self._sources.run(self._scope, RunId(wish.id), after)
        return await self._sources.conversation(self._scope, ConversationId(wish.id), after)

    async def _follow(self, key: _Key, feed: Feed) -> None:
        async def put(item: Item) -> None:
            await self._outgoing.put(_message(key, item))

        try:
            await feed(put)
        except Exception:
            self._log.exception("stream failed")
            about: dict[str, Json] = {"stream": key[0], "id": key[1]}
            await self._refuse(about, "internal", "The stream failed: subscribe again.")
        if self._subscriptions.get(key) is asyncio.current_task():
            del self._subscriptions[key]

    async def _refuse(self, about: dict[str, Json], code: str, detail: str) -> None:
        refusal = {"type": "error", **about, "code": code, "detail": detail}
        await self._outgoing.put(orjson.dumps(refusal))

    async def _send(self) -> None:
        while True:
            message = await self._outgoing.get()
            async with asyncio.timeout(_STALLED_SECONDS):
                await self._websocket.send_text(message.decode())


def _message(key: _Key, item: Item) -> bytes:
    head = {"stream": key[0], "id": key[1], "event": item.event, "event_id": item.id}
    return orjson.dumps({**head, "data": orjson.Fragment(item.data)})
