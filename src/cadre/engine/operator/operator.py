"""The operator as a model: it streams either one tool call or the whole answer.

It keeps nothing between requests. What went before is read from the messages, by running
the plans of the earlier turns over the answers that their tools gave.
"""

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cadre.engine.operator.conversation import Turn, count_calls, read_turns
from cadre.engine.operator.desk import Call, Desk, NotYet, ToolFailed, ToolMissing
from cadre.engine.operator.intents.reading import fenced
from cadre.engine.operator.moves import Ask, Context, Frame, Move, Say
from cadre.engine.operator.understanding import understand
from cadre.engine.operator.words import read_sentence
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Delta,
    ModelReply,
    ModelRequest,
    ReplyDone,
    TextDelta,
    ToolCall,
    Usage,
)
from cadre.kernel.scope import Scope

NAME = "offline"
_PIECE = re.compile(r"(?:\S+\s*){1,4}|\s+")


@dataclass
class OfflineOperator:
    """A `ChatModel` without a model: plain commands become calls of the tools at hand.

    `now` is asked only for words such as "yesterday".
    """

    now: Callable[[], float] = field(default=time.time)

    async def stream(self, scope: Scope, request: ModelRequest) -> AsyncIterator[Delta]:
        """Yield the answer to `request`; costs nothing and never raises for what was said."""
        del scope  # nothing of it matters to plain rules
        step = self.next_step(request)
        if isinstance(step, Call):
            call = _tool_call(step, count_calls(request.messages))
            yield CallDelta(index=0, id=call.id, name=call.name, arguments=call.arguments)
            yield _done(AssistantMessage(calls=[call]))
            return
        for piece in _PIECE.findall(step):
            yield TextDelta(text=piece)
        yield _done(AssistantMessage(text=step))

    def next_step(self, request: ModelRequest) -> Call | str:
        """Return the next call, or the text of the answer."""
        turns = read_turns(request.messages)
        if not turns:
            turns = [Turn("")]
        tools = {tool.name for tool in request.tools}
        context = self._context(turns[:-1], tools)
        frame = understand(read_sentence(turns[-1].text), context)
        try:
            return say(self._plan(frame, turns[-1], tools))
        except NotYet as wanted:
            return wanted.call

    def _context(self, turns: Sequence[Turn], tools: set[str]) -> Context:
        """Return what the earlier turns leave behind."""
        context = Context()
        for turn in turns:
            frame = understand(read_sentence(turn.text), context)
            asked: Ask | None = None
            try:
                move = self._plan(frame, turn, tools)
                asked = move if isinstance(move, Ask) else None
            except NotYet:
                pass  # the turn was broken off; what was said still counts
            context = Context(_kept(frame, asked, context), asked)
        return context

    def _plan(self, frame: Frame, turn: Turn, tools: set[str]) -> Move:
        desk = Desk(tools, turn.results, self.now(), turn.attached)
        try:
            return frame.plan(desk)
        except ToolMissing as missing:
            return Say(
                f"That needs the tool `{missing.name}`, which this agent doesn't have. Give it the tool "
                "in the agent's definition, or ask an agent that has it."
            )
        except ToolFailed as failed:
            return Say(
                f"`{failed.result.name}` did not do it. Its answer:\n\n{fenced(failed.result.text)}"
            )


def _kept(frame: Frame, asked: Ask | None, context: Context) -> Frame | None:
    """Thanks, arithmetic and what was not understood don't end what is being talked about."""
    is_small = type(frame).__module__.endswith(".talk")
    is_lost = asked is not None and not asked.choices
    return context.previous if is_small or is_lost else frame


def say(move: Move) -> str:
    """Return a move as Markdown; the choices of a question are numbered."""
    if isinstance(move, Say):
        return move.text
    if len(move.choices) < 2:
        return move.question
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(move.choices, start=1)]
    return move.question + "\n\n" + "\n".join(lines)


def _tool_call(call: Call, before: int) -> ToolCall:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    # A lone surrogate can't leave the process as UTF-8.
    arguments = arguments.encode("utf-8", "replace").decode("utf-8")
    return ToolCall(id=f"call_{before + 1}", name=call.name, arguments=arguments)


def _done(message: AssistantMessage) -> Delta:
    usage = Usage(cost_usd=Decimal(0))
    stop = "tool_calls" if message.calls else "end"
    return ReplyDone(reply=ModelReply(message=message, usage=usage, stop=stop, model=NAME))
