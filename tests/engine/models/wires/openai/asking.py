"""What the tests of OpenAI's wire ask, and how they take an answer apart."""

from contextlib import aclosing
from typing import Any

from cadre.engine.models.endpoints import Patience
from cadre.engine.models.wires.openai import OpenAICompatible, OpenAIResponses
from cadre.kernel.messages import (
    CallDelta,
    Delta,
    ModelReply,
    ModelRequest,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
    TextPart,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.scope import Scope

IMPATIENT = Patience(idle_seconds=0.5)
KEY = "sk-secret-key"
LOOK = ToolSpec(
    name="look",
    description="Look at a place.",
    parameters={"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
)


def question(text: str = "How are you?", **more: Any) -> ModelRequest:
    """A request; `messages` in `more` take the place of the question."""
    messages: Any = more.pop("messages", [UserMessage(parts=[TextPart(text=text)])])
    return ModelRequest(model="test:any", messages=messages, **more)


async def ask(
    model: OpenAICompatible | OpenAIResponses, scope: Scope, request: ModelRequest | None = None
) -> list[Delta]:
    async with aclosing(model.stream(scope, request or question())) as deltas:
        return [delta async for delta in deltas]


async def answer(
    model: OpenAICompatible | OpenAIResponses, scope: Scope, request: ModelRequest | None = None
) -> ModelReply:
    return whole(await ask(model, scope, request))


def whole(deltas: list[Delta]) -> ModelReply:
    assert isinstance(deltas[-1], ReplyDone)
    return deltas[-1].reply


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


def thoughts_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta))


def arguments_of(deltas: list[Delta], index: int) -> str:
    pieces = [d for d in deltas if isinstance(d, CallDelta) and d.index == index]
    return "".join(piece.arguments for piece in pieces)
