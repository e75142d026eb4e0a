"""A recorded answer: the whole reply, and the sizes of the pieces in which it came.

Kept as bytes and numbers, not as objects, because a cache is as good as what fits into it.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cadre.kernel.messages import (
    CallDelta,
    Delta,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
)

_TEXT, _REASONING, _CALL = 0, 1, 2
_GOOD_STOPS = {"end", "tool_calls", "stop_sequence"}
_OVERHEAD_BYTES = 800


@dataclass(frozen=True, slots=True)
class Recording:
    """`kinds` and `sizes` say what the pieces were; `calls` has the index and names of each call's."""

    reply: bytes
    kinds: bytes
    sizes: "array[int]"
    calls: tuple[tuple[int, str, str], ...]
    cost_usd: Decimal | None

    @property
    def size(self) -> int:
        """The bytes it occupies, roughly and never less than that."""
        pieces = len(self.kinds) + len(self.sizes) * self.sizes.itemsize
        return _OVERHEAD_BYTES + len(self.reply) + pieces + 200 * len(self.calls)

    def items(self) -> Iterator[Delta]:
        """The answer as it came. Nothing was paid for it this time."""
        reply = ModelReply.model_validate_json(self.reply)
        reply.usage.cost_usd = Decimal(0)
        yield from _cut(self, reply)
        yield ReplyDone(reply=reply)


def record(deltas: Sequence[Delta], reply: ModelReply) -> Recording | None:
    """None if the answer is not one to be given twice: cut short, refused or empty."""
    message = reply.message
    if reply.stop not in _GOOD_STOPS or not (message.text or message.calls):
        return None
    kinds, sizes = bytearray(), array("I")
    calls: list[tuple[int, str, str]] = []
    for delta in _whole(reply) if _differs(deltas, reply) else deltas:
        if isinstance(delta, CallDelta):
            kinds.append(_CALL)
            sizes.append(len(delta.arguments))
            calls.append((delta.index, delta.id, delta.name))
        elif not isinstance(delta, ReplyDone):
            kinds.append(_TEXT if isinstance(delta, TextDelta) else _REASONING)
            sizes.append(len(delta.text))
    encoded = reply.model_dump_json().encode()
    return Recording(encoded, bytes(kinds), sizes, tuple(calls), reply.usage.cost_usd)


def _cut(recording: Recording, reply: ModelReply) -> Iterator[Delta]:
    message = reply.message
    said, thought = 0, 0
    written = [0] * len(message.calls)
    calls = iter(recording.calls)
    for kind, size in zip(recording.kinds, recording.sizes, strict=True):
        if kind == _TEXT:
            yield TextDelta(text=message.text[said : said + size])
            said += size
        elif kind == _REASONING:
            yield ReasoningDelta(text=message.reasoning[thought : thought + size])
            thought += size
        else:
            index, call_id, name = next(calls)
            start = written[index]
            piece = message.calls[index].arguments[start : start + size]
            yield CallDelta(index=index, id=call_id, name=name, arguments=piece)
            written[index] += size


def _differs(deltas: Sequence[Delta], reply: ModelReply) -> bool:
    """Whether the pieces are not the reply, so that it could not be cut into them again."""
    arguments = [""] * len(reply.message.calls)
    texts: list[str] = []
    thoughts: list[str] = []
    for delta in deltas:
        if isinstance(delta, TextDelta):
            texts.append(delta.text)
        elif isinstance(delta, ReasoningDelta):
            thoughts.append(delta.text)
        elif isinstance(delta, CallDelta):
            if delta.index >= len(arguments):
                return True
            arguments[delta.index] += delta.arguments
    whole = ("".join(texts), "".join(thoughts), arguments)
    given = [call.arguments for call in reply.message.calls]
    return whole != (reply.message.text, reply.message.reasoning, given)


def _whole(reply: ModelReply) -> list[Delta]:
    """The answer in as few pieces as it has parts."""
    message = reply.message
    deltas: list[Delta] = []
    if message.reasoning:
        deltas.append(ReasoningDelta(text=message.reasoning))
    if message.text:
        deltas.append(TextDelta(text=message.text))
    return deltas + [
        CallDelta(index=index, id=call.id, name=call.name, arguments=call.arguments)
        for index, call in enumerate(message.calls)
    ]
