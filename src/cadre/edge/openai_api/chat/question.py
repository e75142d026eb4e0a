"""One chat completion that was asked for, and how a target, or an agent, answers it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import orjson

from cadre.edge.openai_api.chat.passing import ChunkPassage
from cadre.edge.openai_api.chat.reply import ChunkWriter, completion
from cadre.edge.openai_api.chat.request import read_request
from cadre.edge.openai_api.usage import read_usage
from cadre.engine.conversations import AgentModels
from cadre.engine.models import CallOptions, ModelReplyBroken, Models, Tally, Target
from cadre.infra.asgi import Fields, Opening, Pieces, RequestFiles, known_headers
from cadre.infra.http_client import HttpStream
from cadre.kernel.messages import Delta, Json, ReplyDone
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object
from cadre.trust.budgets import Spender

_PATH = "chat/completions"
_RATE_LIMITS = tuple(
    f"x-ratelimit-{what}-{of}"
    for what in ("limit", "remaining", "reset")
    for of in ("requests", "tokens")
)


class ChatQuestion:
    """`body` as it came; nothing of it is translated before a target needs that."""

    def __init__(self, models: Models, files: RequestFiles, scope: Scope, body: Fields) -> None:
        self.body = body
        self.model = body.text("model")
        self.is_stream = body.flag("stream") or False
        self._models = models
        self._files = files
        self._scope = scope
        options = body.object_or_none("stream_options") if self.is_stream else None
        self._with_usage = options is not None and options.flag("include_usage") is True
        if not any(True for _ in body.items("messages")):
            body.refuse("messages", "is missing: it has to be a list of at least one message")

    async def by_target(self, target: Target, tally: Tally) -> Pieces:
        """One attempt: passed through if `target` speaks these words, else translated."""
        if self._models.speaks(target, "openai"):
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
        async with self._models.upstream(target, _PATH, self._body_for(target)) as answer:
            headers = known_headers(answer.headers, _RATE_LIMITS)
            headers.append((b"x-cadre-model", target.name.encode()))
            if not self.is_stream:
                yield Opening(await _whole(target, answer, tally), headers)
                return
            check_type(target, answer, "text/event-stream")
            passage = ChunkPassage(target.endpoint.provider, with_usage=self._with_usage)
            try:
                is_first = True
                async for chunk in answer.chunks():
                    piece = passage.feed(chunk)
                    if piece:
                        yield Opening(piece, headers) if is_first else piece
                        is_first = False
                last = passage.close()
                tally.is_complete = True
                if last:
                    yield last
            finally:  # what was used is paid, whoever broke off
                tally.reported, tally.output_characters = passage.usage, passage.characters

    async def _written(self, deltas: AsyncIterator[Delta], tally: Tally) -> Pieces:
        writer = ChunkWriter(self.model, with_usage=self._with_usage)
        is_first = True
        async with aclosing(cast("AsyncGenerator[Delta]", deltas)) as closing:
            async for delta in closing:
                if isinstance(delta, ReplyDone):
                    tally.reported = delta.reply.usage
                    tally.is_complete = True
                if self.is_stream:
                    piece = writer.write(delta)
                elif isinstance(delta, ReplyDone):
                    piece = completion(delta.reply)
                else:
                    continue
                yield Opening(piece, []) if is_first else piece
                is_first = False

    def _body_for(self, target: Target) -> bytes:
        """The body as it came, but for the model's name and the wish to be told of usage."""
        changed = {**self.body.data, "model": target.card.id}
        if self.is_stream and not self._with_usage:
            options: Json = changed.get("stream_options") or {}
            changed["stream_options"] = {**options, "include_usage": True}
        return orjson.dumps(changed)


async def _whole(target: Target, answer: HttpStream, tally: Tally) -> bytes:
    check_type(target, answer, "application/json")
    whole = await answer.read()
    try:
        said: Json = orjson.loads(whole)
    except orjson.JSONDecodeError:
        said = None
    if not is_object(said) or "choices" not in said:
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered something that is not a chat completion. "
            "Check that its base URL is that of an OpenAI-compatible server."
        )
    tally.reported = read_usage(said.get("usage"))
    tally.is_complete = True
    return whole


def check_type(target: Target, answer: HttpStream, media_type: str) -> None:
    """Raise `ModelReplyBroken` if the answer is of another type than `media_type`."""
    given = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise ModelReplyBroken(
            f"{target.endpoint.provider} answered with {given or 'no content type'} instead of "
            f"{media_type}. Check that its base URL is that of an OpenAI-compatible server."
        )
