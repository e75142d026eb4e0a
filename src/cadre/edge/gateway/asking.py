"""Asking: whichever target answers, in its own bytes if it speaks the words of the question."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import cast

from cadre.edge.gateway.errors import JSON
from cadre.edge.gateway.passed import answered_by, passed
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
from cadre.kernel.messages import CallDelta, Delta, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Spender

Answered = Callable[[ModelRequest], AsyncIterator[Delta]]


class Asking:
    """Has questions answered by any model, and by agents."""

    def __init__(self, models: Models, agents: AgentModels, files: RequestFiles) -> None:
        self._models = models
        self._agents = agents
        self._files = files

    async def answer(
        self, exchange: Exchange, spender: Spender, question: Question, headers: list[Header]
    ) -> None:
        """Send the answer to `question`, whole or as it comes."""
        exchange.model, options = question.model, call_options(exchange)
        if is_agent(question.model):
            conversation = exchange.header(b"x-cadre-conversation")
            pieces = self._by_agent(spender.scope, question, conversation)
        else:
            wording = question.wording()
            call = Call(question.model, question.ask(spender), options, wording=wording)
            attempt = partial(self._by_target, spender.scope, question)
            pieces = self._models.answered(spender, call, attempt)
        if question.is_stream:
            await send_pieces(exchange, pieces, headers)
        else:
            await send_whole(exchange, pieces, headers, JSON)

    async def count(
        self,
        exchange: Exchange,
        spender: Spender,
        question: Question,
        shown: Callable[[int], bytes],
        headers: list[Header],
    ) -> None:
        """Send what `question` would use: the provider's own count, else an estimate as `shown`.

        The estimate is a quarter of the bytes, close for prose and code, and a thousand for a
        file. Nothing is asked and nothing is paid.
        """
        exchange.model, ask = question.model, question.ask(spender)
        if not is_agent(question.model):
            plan = await self._models.planner.plan(spender, Call(question.model, ask))
            passing = self._passing(question, plan.targets[0])
            if passing is not None:
                sent = passing.send(question.path, question.body.data, question.sent_on)
                async with sent as answer:
                    counted = await answer.read()
                return await exchange.answer(200, counted, headers, JSON)
        await question.request(question.model, self._files)  # says what can't be read
        return await exchange.answer(200, shown(ask.tokens), headers, JSON)

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
            if not is_first and (said := writer.fail(error)):
                yield said
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
