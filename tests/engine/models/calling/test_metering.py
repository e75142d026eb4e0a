"""Metering: an answer passes by unchanged, and what it used is known at every moment."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from cadre.engine.models.calling import Tally, metered
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Delta,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
    Usage,
)

COUNTED = Usage(input_tokens=12, output_tokens=34)
PIECES: list[Delta] = [
    ReasoningDelta(text="hm, "),
    TextDelta(text="four"),
    CallDelta(index=0, id="call_1", name="tool", arguments="{}..."),
]
DONE = ReplyDone(
    reply=ModelReply(message=AssistantMessage(text="four"), usage=COUNTED, stop="end", model="a:x")
)


class Source:
    def __init__(self) -> None:
        self.is_closed = False

    async def deltas(self) -> AsyncGenerator[Delta]:
        try:
            for piece in [*PIECES, DONE]:
                yield piece
        finally:
            self.is_closed = True


async def test_the_providers_count_replaces_the_estimate():
    tally = Tally()

    assert [d async for d in metered(Source().deltas(), tally)] == [*PIECES, DONE]
    assert tally.usage() == COUNTED
    assert tally.is_complete


async def test_until_then_what_was_seen_is_estimated():
    tally, source = Tally(input_tokens=7), Source()
    inner = source.deltas()
    estimates: list[Usage | None] = [tally.usage()]

    async with aclosing(metered(inner, tally)) as deltas:
        for _ in PIECES:
            await anext(deltas)
            estimates.append(tally.usage())

    assert estimates == [
        None,
        Usage(input_tokens=7, output_tokens=1),
        Usage(input_tokens=7, output_tokens=2),
        Usage(input_tokens=7, output_tokens=4),
    ]
    assert not tally.is_complete


async def test_closing_it_closes_what_it_reads():
    tally, source = Tally(), Source()
    inner = source.deltas()  # held, so that no collector closes it

    async with aclosing(metered(inner, tally)) as deltas:
        await anext(deltas)
        assert not source.is_closed
    assert source.is_closed
