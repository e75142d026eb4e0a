"""The addresses of live streams."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, WebSocket

from cadre.edge.live.event_stream import EventStream
from cadre.edge.live.socket import Socket
from cadre.edge.live.sources import Sources
from cadre.edge.live.streams import Streams
from cadre.infra.web import CurrentScope, Provide, requires, requires_nothing
from cadre.kernel.ids import ConversationId, RunId

router = APIRouter(tags=["live"])

_LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=200, description="Goes before `after`."),
]
_After = Annotated[
    str | None, Query(max_length=200, description="The id of the last event that arrived.")
]
_SSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/runs/{run_id}/stream",
    summary="Follow a run",
    status_code=200,
    response_class=EventStream,
    responses=_SSE,
    dependencies=[requires("runs:read", "run:{run_id}")],
)
async def follow_run(
    run_id: RunId,
    scope: CurrentScope,
    *,
    sources: Annotated[Sources, Depends()],
    streams: Annotated[Streams, Provide(Streams)],
    last_event_id: _LastEventId = None,
    after: _After = None,
) -> EventStream:
    """`journal` events (their id is the sequence number), `live` frames, `run` changes, `end`."""
    streams.check()
    return EventStream(await sources.run(scope, run_id, last_event_id or after), streams)


@router.get(
    "/conversations/{conversation_id}/stream",
    summary="Follow a conversation",
    status_code=200,
    response_class=EventStream,
    responses=_SSE,
    dependencies=[requires("conversations:read", "conversation:{conversation_id}")],
)
async def follow_conversation(
    conversation_id: ConversationId,
    scope: CurrentScope,
    *,
    sources: Annotated[Sources, Depends()],
    streams: Annotated[Streams, Provide(Streams)],
    last_event_id: _LastEventId = None,
    after: _After = None,
) -> EventStream:
    """All of its runs in order, and those to come; an id is `<run id>:<sequence number>`."""
    streams.check()
    feed = await sources.conversation(scope, conversation_id, last_event_id or after)
    return EventStream(feed, streams)


@router.websocket("/ws", dependencies=[requires_nothing()])
async def socket(
    websocket: WebSocket,
    scope: CurrentScope,
    sources: Annotated[Sources, Depends()],
    streams: Annotated[Streams, Provide(Streams)],
) -> None:
    """The same streams, any number of them on one connection."""
    streams.check()
    await Socket(websocket, scope, sources, streams).serve()
