"""Metering: reads from a chat answer that passes by what it has used."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from cadre.engine.models.calling.targets import Tally
from cadre.kernel.messages import CallDelta, Delta, ReplyDone


async def metered(deltas: AsyncIterator[Delta], tally: Tally) -> AsyncGenerator[Delta]:
    """Yield `deltas` unchanged and keep `tally`."""
    async with AsyncExitStack() as stack:
        aclose: Any = getattr(deltas, "aclose", None)
        if aclose is not None:
            stack.push_async_callback(aclose)
        async for delta in deltas:
            if isinstance(delta, ReplyDone):
                tally.reported = delta.reply.usage
                tally.is_complete = True
            elif isinstance(delta, CallDelta):
                tally.output_characters += len(delta.arguments)
            else:
                tally.output_characters += len(delta.text)
            yield delta
