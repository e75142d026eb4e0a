"""/v1/messages and its count_tokens: by whichever target, in its own bytes if it speaks these words."""

import orjson

from cadre.edge.anthropic_api.messages.question import CountQuestion, MessageQuestion
from cadre.edge.gateway import Asking
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.trust.budgets import Spender


class Messages:
    """Messages by any model, and by agents."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def create(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer a message."""
        question = MessageQuestion(Fields.of_body(raw), raw, exchange)
        await self._asking.answer(exchange, spender, question, headers)

    async def count(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer how many tokens a message would use."""
        question = CountQuestion(Fields.of_body(raw), raw, exchange)
        await self._asking.count(exchange, spender, question, _counted, headers)


def _counted(tokens: int) -> bytes:
    return orjson.dumps({"input_tokens": tokens})
