"""One message that was asked for, and how a target, or an agent, answers it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import orjson

from cadre.edge.anthropic_api.messages.events import EventWriter
from cadre.edge.anthropic_api.messages.passing import MessagePassage
from cadre.edge.anthropic_api.messages.reply import message
from cadre.edge.anthropic_api.messages.request import read_request
from cadre.edge.anthropic_api.usage import UsageReader
from cadre.engine.conversations import AgentModels
from cadre.engine.models import CallOptions, ModelReplyBroken, Models, Tally, Target
from cadre.infra.asgi import Fields, Opening, Pieces, RequestFiles, known_headers
from cadre.infra.http_client import HttpStream
from cadre.kernel.messages import Delta, Json, ReplyDone
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object
from cadre.trust.budgets import Spender

_PATH = "messages"
_RATE_LIMITS = tuple(
    f"anthropic-ratelimit-{of}-{what}"
    for what in ("limit", "remaining", "reset")
    for of in ("requests", "tokens", "input-tokens", "output-tokens")
)


class MessageQuestion:
    """`body` as it came; nothing of it is translated before a target needs that."""

    def __init__(self, models: Models, files: RequestFiles, scope: Scope, body: Fields) -> None:
        self.body = body
        self.model = body.text("model")
        self.is_stream = body.flag("stream") or False
        self._models = models
        self._files = files
        self._scope = scope
        if not any(True for _ in body.items("messages")):
            body.refuse("messages", "is missing: it has to be a list of at least one message")
        if body.whole("max_tokens", low=0) is None:
            body.refuse("max_tokens", "is missing: it has to be a whole number")

    async def by_target(self, target: Target, tally: Tally) -> Pieces:
        """One attempt: passed through if `target` speaks these words, else translated."""
        if self._models.speaks(target, "anthropic"):
            pieces = self._passed(target, tally)
        else:
            request = await read_request(self.body, target.name, self._files)
            deltas = self._models.chat_model(target).stream(self._scope, request)
            pieces = self._written(deltas, tally)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def by_name(self, spender: Spender, options: CallOptions) -> Pieces:
        """Always translated: an answer that is kept is nobody's bytes."""
        request = await read_request(self.body, self.model, self._files)
        deltas = self._models.stream(spender, request, options)
        async with aclosing(self._written(deltas, Tally())) as pieces:
            async for piece in pieces:
                yield piece

    async def by_agent(self, agents: AgentModels, conversation: str) -> Pieces:
        """The answer of the agent that the request names."""
        request = await read_request(self.body, self.model, self._files)
        deltas = agents.stream(self._scope, request, conversation=conversation)
        async with aclosing(self._written(deltas, Tally())) as pieces:
            async for piece in pieces:
                yield piece

    async def _passed(self, target: Target, tally: Tally) -> Pieces:
        body = orjson.dumps({**self.body.data, "model": target.card.id})
        async with self._models.upstream(target, _PATH, body) as answer:
            headers = known_headers(answer.headers, _RATE_LIMITS)
            headers.append((b"x-cadre-model", target.name.encode()))
            if not self.is_stream:
                yield Opening(await _whole(target, answer, tally), headers)
                return
            check_type(target, answer, "text/event-stream")
            passage = MessagePassage(target.endpoint.provider)
            try:
                is_first = True
                async for chunk in answer.chunks():
                    piece = passage.feed(chunk)
                    if piece:
                        yield Opening(piece, headers) if is_first else piece
                        is_first = False
                passage.close()
                tally.is_complete = True
            finally:  # what was used is paid, whoever broke off
                tally.reported = passage.usage_so_far()
                tally.output_characters = passage.characters

    async def _written(self, deltas: AsyncIterator[Delta], tally: Tally) -> Pieces:
        writer = EventWriter(self.model)
        is_first = True
        async with aclosing(cast("AsyncGenerator[Delta]", deltas)) as closing:
            async for delta in closing:
                if isinstance(delta, ReplyDone):
                    tally.reported = delta.reply.usage
                    tally.is_complete = True
                piece = writer.write(delta) if self.is_stream else _finished(delta)
                if piece:
                    yield Opening(piece, []) if is_first else piece
                    is_first = False


def _finished(delta: Delta) -> bytes:
    return message(delta.reply) if isinstance(delta, ReplyDone) else b""


async def _whole(target: Target, answer: HttpStream, tally: Tally) -> bytes:
    check_type(target, answer, "application/json")
    whole = await answer.read()
    try:
        said: Json = orjson.loads(whole)
    except orjson.JSONDecodeError:
        said = None
    if not is_object(said) or said.get("type") != "message":
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered something that is not a message. "
            "Check that its base URL is that of a server with Anthropic's Messages API."
        )
    tally.reported = UsageReader().take(said.get("usage"))
    tally.is_complete = True
    return whole


def check_type(target: Target, answer: HttpStream, media_type: str) -> None:
    """Raise `ModelReplyBroken` if the answer is of another type than `media_type`."""
    given = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered with {given or 'no content type'} instead of "
            f"{media_type}. Check that its base URL is that of a server with Anthropic's "
            "Messages API."
        )
