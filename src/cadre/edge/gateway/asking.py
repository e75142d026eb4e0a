"""Asking: whichever target answers, in its own bytes if it speaks the words of the question."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import cast

import orjson

from cadre.edge.gateway.door import Endpoint
from cadre.edge.gateway.errors import JSON
from cadre.edge.gateway.passed import answered_by, counted_by, passed
from cadre.edge.gateway.question import Question
from cadre.edge.gateway.sealing import is_sealed
from cadre.engine.conversations import AgentModels, is_agent
from cadre.engine.models import Call, Models, Passing, Tally, Target, call_options
from cadre.infra.asgi import (
    Exchange,
    Header,
    Opening,
    Pieces,
    RequestFiles,
    send_pieces,
    send_whole,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import CallDelta, Delta, Json, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Spender

Answered = Callable[[ModelRequest], AsyncIterator[Delta]]


class Asking:
    """Has questions answered by any model, and by agents."""

    def __init__(self, models: Models, agents: AgentModels, files: RequestFiles) -> None:
        self._models = models
        self._agents = agents
        self._files = files

    def answers(self, asked: Callable[[Exchange, bytes], Question]) -> Endpoint:
        """An endpoint that answers, whole or as it comes, what `asked` reads of a body."""

        async def serve(
            exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
        ) -> None:
            question = asked(exchange, raw)
            exchange.model = question.model
            pieces = await self._pieces(exchange, spender, question)
            if not question.is_stream:
                return await send_whole(exchange, pieces, headers, JSON)
            try:
                return await send_pieces(exchange, pieces, headers)
            except CadreError:
                if not (exchange.started and question.words.tell_errors):
                    raise
            return await exchange.end()

        return serve

    def counts(
        self, asked: Callable[[Exchange, bytes], Question], shown: Callable[[int], Json]
    ) -> Endpoint:
        """An endpoint that tells what a question would use; nothing is asked and nothing is paid.

        That is the provider's own count, else an estimate as `shown`: a quarter of the bytes, close
        for prose and code, and a thousand for a file.
        """

        async def serve(
            exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
        ) -> None:
            question = asked(exchange, raw)
            exchange.model, ask = question.model, question.ask(spender)
            if not is_agent(question.model):
                plan = await self._models.planner.plan(spender, Call(question.model, ask))
                if passing := self._passing(question, plan.targets[0]):
                    counted = await counted_by(passing, question)
                    return await exchange.answer(200, counted, headers, JSON)
            await question.request(question.model, self._files)  # says what can't be read
            estimate = orjson.dumps(shown(ask.tokens))
            return await exchange.answer(200, estimate, headers, JSON)

        return serve

    async def _pieces(self, exchange: Exchange, spender: Spender, question: Question) -> Pieces:
        options = call_options(exchange)
        if is_agent(question.model):
            spender.check("agents:run", question.model)
            conversation = exchange.header(b"x-cadre-conversation")
            if conversation:
                spender.check("conversations:write", f"conversation:{conversation}")
            return self._by_agent(spender.scope, question, conversation)
        wording = question.wording()
        call = Call(question.model, question.ask(spender), options, wording=wording)
        attempt = partial(self._by_target, spender.scope, question)
        return await self._models.answered(spender, call, attempt)

    def _passing(self, question: Question, target: Target) -> Passing | None:
        wire = question.words.wire
        if wire is None or is_sealed(question.raw):
            return None
        return self._models.passing(target, wire, question.body.data)

    def _by_target(self, scope: Scope, question: Question, target: Target, tally: Tally) -> Pieces:
        passing = self._passing(question, target)
        if passing is not None:
            return passed(question, passing, target, tally)

        def answered(request: ModelRequest) -> AsyncIterator[Delta]:
            return self._models.chat_model(target).stream(scope, request)

        return self._written(question, target.name, answered, tally, [answered_by(target)])

    def _by_agent(self, scope: Scope, question: Question, conversation: str) -> Pieces:
        def answered(request: ModelRequest) -> AsyncIterator[Delta]:
            return self._agents.stream(scope, request, conversation=conversation)

        return self._written(question, question.model, answered, Tally(), [])

    async def _written(
        self,
        question: Question,
        model: str,
        answered: Answered,
        tally: Tally,
        headers: list[Header],
    ) -> Pieces:
        """The pieces of a translated answer; what was used is in `tally`, whoever broke off."""
        request = await question.request(model, self._files)
        writer, is_first = question.writer(), True
        try:
            async with aclosing(cast("AsyncGenerator[Delta]", answered(request))) as deltas:
                async for delta in deltas:
                    _count(delta, tally)
                    piece = writer.write(delta)
                    if piece:
                        yield Opening(piece, headers, question.media_type) if is_first else piece
                        is_first = False
        except CadreError as error:
            if not is_first and question.words.tell_errors:
                yield writer.fail(error)
            raise


def _count(delta: Delta, tally: Tally) -> None:
    if isinstance(delta, ReplyDone):
        tally.reported = delta.reply.usage
        tally.is_complete = True
        tally.is_cut = delta.reply.stop in {"length", "refused"}
    elif isinstance(delta, CallDelta):
        tally.output_characters += len(delta.arguments)
    else:
        tally.output_characters += len(delta.text)
