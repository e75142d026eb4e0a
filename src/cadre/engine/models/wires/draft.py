"""A reply as it grows, and the same message on its way back to the provider that wrote it.

Some providers want their own blocks back, unread and in their place among text and calls.
The state of the message holds those blocks and the order of everything, but neither the
text nor the arguments a second time.
"""

from dataclasses import dataclass, field

from cadre.engine.models.errors import ModelReplyBroken
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Citation,
    Json,
    ReasoningDelta,
    TextDelta,
    ToolCall,
)
from cadre.kernel.values import is_list, is_object

REPLY_CHARACTERS = 4_000_000
REPLY_CALLS = 128


@dataclass
class _Call:
    id: str
    name: str
    arguments: list[str] = field(default_factory=list[str])


class Draft:
    """Takes what a provider says, gives deltas, and is a message in the end."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_Call] = []
        self._citations: list[Citation] = []
        self._order: list[dict[str, Json]] = []
        self._size = 0

    @property
    def is_empty(self) -> bool:
        return not self._text and not self._calls

    @property
    def has_calls(self) -> bool:
        return bool(self._calls)

    def say(self, text: str, sealed: dict[str, Json] | None = None) -> list[TextDelta]:
        """Add text; `sealed` is what the provider wants back with this very piece."""
        self._count(text)
        last = self._order[-1] if self._order else {}
        if not sealed and "text" in last and "sealed" not in last:
            last["text"] += len(text)
        elif text or sealed:
            self._order.append({"text": len(text), **({"sealed": sealed} if sealed else {})})
        if not text:
            return []
        self._text.append(text)
        return [TextDelta(text=text)]

    def think(self, text: str) -> list[ReasoningDelta]:
        self._count(text)
        if not text:
            return []
        self._reasoning.append(text)
        return [ReasoningDelta(text=text)]

    def seal(self, block: dict[str, Json]) -> None:
        """Keep a block that only the provider understands in its place."""
        self._order.append({"sealed": block})

    def open_call(
        self, call_id: str, name: str, sealed: dict[str, Json] | None = None
    ) -> CallDelta:
        if len(self._calls) >= REPLY_CALLS:
            raise ModelReplyBroken(f"The model asked for more than {REPLY_CALLS} calls at once.")
        call = _Call(call_id or new_id("call"), name)
        self._calls.append(call)
        self._order.append({"call": call.id, **({"sealed": sealed} if sealed else {})})
        return CallDelta(index=len(self._calls) - 1, id=call.id, name=name)

    def write(self, index: int, arguments: str) -> CallDelta:
        """Add to the arguments of the call that `open_call` gave this index."""
        self._count(arguments)
        self._calls[index].arguments.append(arguments)
        return CallDelta(index=index, arguments=arguments)

    def cite(self, citation: Citation) -> None:
        if citation not in self._citations:
            self._citations.append(citation)

    @property
    def has_sealed(self) -> bool:
        return any("sealed" in entry for entry in self._order)

    def message(self, provider: str, model: str, after: str | None = None) -> AssistantMessage:
        """The whole of it; sealed blocks go back to `model` only, and only behind `after`."""
        state = {"provider": provider, "model": model, "after": after, "order": self._order}
        return AssistantMessage(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            calls=[
                ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments) or "{}")
                for call in self._calls
            ],
            citations=self._citations,
            state=state if self.has_sealed else None,
        )

    def _count(self, text: str) -> None:
        self._size += len(text)
        if self._size > REPLY_CHARACTERS:
            raise ModelReplyBroken(
                f"The model's answer has more than {REPLY_CHARACTERS} characters. "
                "Set a smaller limit of tokens."
            )


@dataclass(frozen=True, slots=True)
class Piece:
    """Text, a call, or neither; `sealed` is what the provider wants back in this place."""

    text: str = ""
    call: ToolCall | None = None
    sealed: dict[str, Json] | None = None


def pieces(
    message: AssistantMessage, provider: str, model: str, after: str | None = None
) -> list[Piece]:
    """The message in the order in which it was written, if this model wrote it.

    With `after`, its sealed blocks are left out unless they were written behind just that.
    """
    state = message.state or {}
    is_its_own = state.get("provider") == provider and state.get("model") == model
    if is_its_own and (after is None or state.get("after") == after):
        restored = _restored(message, state.get("order"))
        if restored is not None:
            return restored
    text = [Piece(text=message.text)] if message.text else []
    return text + [Piece(call=call) for call in message.calls]


def _restored(message: AssistantMessage, order: Json) -> list[Piece] | None:
    """None if the order is not that of this message: somebody changed one of them."""
    found: list[Piece] = []
    calls = {call.id: call for call in message.calls}
    at = 0
    for entry in order if is_list(order) else []:
        if not is_object(entry):
            return None
        sealed: dict[str, Json] | None = entry.get("sealed")
        if "call" in entry:
            if (call := calls.pop(entry["call"], None)) is None:
                return None
            found.append(Piece(call=call, sealed=sealed))
        else:
            length = entry.get("text", 0)
            found.append(Piece(text=message.text[at : at + length], sealed=sealed))
            at += length
    is_whole = at == len(message.text) and not calls
    return found if is_whole else None
