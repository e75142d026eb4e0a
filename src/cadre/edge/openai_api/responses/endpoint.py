"""/v1/responses: always translated, for hardly any server but OpenAI's own has it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson

from cadre.edge.openai_api.errors import JSON, error_body
from cadre.edge.openai_api.responses.events import EventWriter
from cadre.edge.openai_api.responses.reply import Ids, ResponseObject, output_items
from cadre.edge.openai_api.responses.request import read_request
from cadre.engine.conversations import AgentModels, is_agent
from cadre.engine.models import Models, call_options
from cadre.infra.asgi import (
    Exchange,
    Fields,
    Header,
    Opening,
    Pieces,
    RequestFiles,
    send_pieces,
    send_whole,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Delta, ReplyDone
from cadre.trust.budgets import Spender


class Responses:
    """Responses by any model, and by agents."""

    def __init__(self, models: Models, agents: AgentModels, files: RequestFiles) -> None:
        self._models = models
        self._agents = agents
        self._files = files

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        body = Fields.of_body(raw)
        model = exchange.model = body.text("model")
        is_stream = body.flag("stream") or False
        request = await read_request(body, model, self._files)
        if is_agent(model):
            conversation = exchange.header(b"x-cadre-conversation")
            deltas = self._agents.stream(spender.scope, request, conversation=conversation)
        else:
            deltas = self._models.stream(spender, request, call_options(exchange))
        pieces = _written(deltas, body, model, is_stream=is_stream)
        if not is_stream:
            return await send_whole(exchange, pieces, headers, JSON)
        try:
            await send_pieces(exchange, pieces, headers)
        except CadreError:
            if not exchange.started:
                raise
            await exchange.end()  # the last event says what went wrong
        return None


async def _written(
    deltas: AsyncGenerator[Delta], body: Fields, model: str, *, is_stream: bool
) -> Pieces:
    """The pieces that say `deltas`; what goes wrong after the first one is said in the stream too."""
    response = ResponseObject(body, model)
    events = EventWriter(response)
    is_first = True
    try:
        async with aclosing(deltas):
            async for delta in deltas:
                piece = events.write(delta) if is_stream else _whole(response, delta)
                if piece:
                    yield Opening(piece, []) if is_first else piece
                    is_first = False
    except CadreError as error:
        if not is_first:
            said = error_body(error)
            yield events.fail(said["code"], said["message"])
        raise


def _whole(response: ResponseObject, delta: Delta) -> bytes:
    if not isinstance(delta, ReplyDone):
        return b""
    response.model = delta.reply.model
    items = output_items(delta.reply, Ids())
    return orjson.dumps(response.done(delta.reply, items))
