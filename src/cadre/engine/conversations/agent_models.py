"""Agents as models: `agent:NAME` runs the agent, and its text comes as a model's does.

The run is durable and shows in the console like any other. A request without a conversation
carries its own history, so earlier turns become part of what the agent is told.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from cadre.engine.agents import AgentOutput
from cadre.engine.conversations.schemas import RunInput
from cadre.engine.conversations.service import Conversations
from cadre.engine.runs import ENDED, Frame, Run, RunEvent, Runs
from cadre.infra.asgi import NotSupported
from cadre.kernel.errors import Invalid, Unavailable
from cadre.kernel.ids import RunId
from cadre.kernel.messages import (
    AssistantMessage,
    Delta,
    Json,
    Message,
    ModelReply,
    ModelRequest,
    ReasoningDelta,
    ReplyDone,
    SystemMessage,
    TextDelta,
    TextPart,
    ToolMessage,
    Usage,
    UserMessage,
)
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object

PREFIX = "agent:"


class AgentFailed(Unavailable):
    """The agent's run ended without an answer."""

    code = "agent_failed"
    title = "The agent did not finish"


class AgentModels:
    """Answers requests by running agents."""

    def __init__(self, conversations: Conversations, runs: Runs) -> None:
        self._conversations = conversations
        self._runs = runs

    async def stream(
        self, scope: Scope, request: ModelRequest, *, conversation: str = ""
    ) -> AsyncGenerator[Delta]:
        """Run the agent that `request.model` names; closing this cancels the run.

        In a `conversation` only the last message counts: the agent knows the others.
        """
        _refuse_what_agents_decide(request)
        agent = request.model.removeprefix(PREFIX)
        text = _last_text(request) if conversation else _told(request.messages)
        given = RunInput(agent=agent, text=text, session_id=conversation or None)
        run = await self._conversations.start(scope, given)
        telling = _Telling(request.model)
        try:
            # A generator, so that it can be closed at once and not when it is collected.
            followed = cast(
                "AsyncGenerator[RunEvent | Frame | Run]", self._runs.follow(scope, run.id)
            )
            async with aclosing(followed):
                async for item in followed:
                    for delta in telling.tell(item):
                        yield delta
        finally:
            if not telling.has_ended:
                await self._runs.cancel(scope, run.id, "The client hung up.")
        yield ReplyDone(reply=await self._reply(scope, run.id, telling))

    async def _reply(self, scope: Scope, run_id: RunId, telling: "_Telling") -> ModelReply:
        run = await self._runs.get(scope, run_id)
        if run.status != "done":
            said = run.error.detail if run.error is not None else f"It was {run.status}."
            raise AgentFailed(f"The run {run_id} of the agent ended without an answer: {said}")
        output = AgentOutput.model_validate(run.output)
        message = AssistantMessage(
            text=telling.text or output.text, reasoning="".join(telling.reasoning)
        )
        return ModelReply(message=message, usage=telling.usage, stop="end", model=telling.model)


@dataclass(slots=True)
class _Telling:
    """What was told of one run. A step's text counts from its end in the journal, frames or not."""

    model: str
    steps: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    usage: Usage = field(default_factory=Usage)
    has_ended: bool = False
    _shown: str = ""
    _waits_for: str | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.steps if text)

    def tell(self, item: RunEvent | Frame | Run) -> list[Delta]:
        if isinstance(item, Run):
            return self._run(item)
        if isinstance(item, RunEvent):
            return self._event(item)
        return self._frame(item)

    def _run(self, run: Run) -> list[Delta]:
        self.has_ended = run.status in ENDED
        news = run.waiting_for if run.status == "waiting" else None
        has_changed, self._waits_for = news != self._waits_for, news
        return self._think(f"{news}\n") if news and has_changed else []

    def _frame(self, frame: Frame) -> list[Delta]:
        match frame.get("type"):
            case "text.delta":
                return self._say(str(frame.get("text", "")))
            case "reasoning.delta":
                return self._think(str(frame.get("text", "")))
            case _:
                return []

    def _event(self, event: RunEvent) -> list[Delta]:
        data: Json = event.data
        is_model = event.type == "step.finished" and is_object(data) and data["kind"] == "model"
        if not is_model or not is_object(data.get("output")):
            return []
        reply = ModelReply.model_validate(data["output"])
        _add(self.usage, reply.usage)
        # Frames are live only: what a follower has missed of them is told from the journal.
        is_whole = reply.message.text.startswith(self._shown)
        missed = reply.message.text[len(self._shown) :] if is_whole else ""
        deltas = self._say(missed)
        self.steps.append(self._shown)
        self._shown = ""
        return deltas

    def _say(self, text: str) -> list[Delta]:
        if not text:
            return []
        starts = not self._shown and any(self.steps)
        self._shown += text
        return [TextDelta(text=f"\n\n{text}" if starts else text)]

    def _think(self, text: str) -> list[Delta]:
        self.reasoning.append(text)
        return [ReasoningDelta(text=text)] if text else []


def _refuse_what_agents_decide(request: ModelRequest) -> None:
    if request.tools:
        raise NotSupported(
            "An agent brings its own tools: leave `tools` out, or ask a model.", field="tools"
        )
    if request.answer_format is not None:
        raise NotSupported("An agent answers in text: ask a model for JSON.", field="model")


def _told(messages: Sequence[Message]) -> str:
    """All that was said, as one text; a single question stays as it is."""
    if len(messages) == 1:
        return _words(messages[0])
    *earlier, last = messages
    lines = [f"{_speaker(message)}: {_words(message)}" for message in earlier]
    return "\n\n".join([*lines, _words(last)]).strip() or " "


def _last_text(request: ModelRequest) -> str:
    if not request.messages:
        raise Invalid("There is no message.", field="messages")
    return _words(request.messages[-1])


def _speaker(message: Message) -> str:
    names = {"system": "Instructions", "user": "User", "assistant": "Assistant", "tool": "Tool"}
    return names[message.role]


def _words(message: Message) -> str:
    match message:
        case SystemMessage() | ToolMessage() | AssistantMessage():
            return message.text
        case UserMessage():
            if any(not isinstance(part, TextPart) for part in message.parts):
                raise NotSupported(
                    "An agent is told text here. Upload files to a conversation, and name it in "
                    "the header X-Cadre-Conversation.",
                    field="messages",
                )
            return "\n\n".join(part.text for part in message.parts if isinstance(part, TextPart))


def _add(total: Usage, used: Usage) -> None:
    was_free = total == Usage()
    for name, amount in used.model_dump(exclude={"cost_usd"}).items():
        setattr(total, name, getattr(total, name) + amount)
    costs = (total.cost_usd, used.cost_usd)
    if was_free:
        total.cost_usd = used.cost_usd
    elif costs[0] is None or costs[1] is None:
        total.cost_usd = None
    else:
        total.cost_usd = costs[0] + costs[1]


def is_agent(model: str) -> bool:
    return model.startswith(PREFIX)
