"""generateContent, streamGenerateContent and countTokens, by whichever target answers."""

import orjson

from cadre.edge.gateway import Asking
from cadre.edge.gemini_api.errors import is_sse
from cadre.edge.gemini_api.generate.question import CountQuestion, GenerateQuestion
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.trust.budgets import Spender


class Generate:
    """Content by any model, and by agents; `exchange.model` is the name in the address."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def whole(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer all of it at once."""
        question = GenerateQuestion(Fields.of_body(raw), raw, exchange.model)
        await self._asking.answer(exchange, spender, question, headers)

    async def stream(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer as it comes: as events, or as one list that grows."""
        form = "events" if is_sse(exchange) else "list"
        question = GenerateQuestion(Fields.of_body(raw), raw, exchange.model, form)
        await self._asking.answer(exchange, spender, question, headers)

    async def count(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer what the contents would use."""
        question = CountQuestion(Fields.of_body(raw), raw, exchange.model)
        await self._asking.count(exchange, spender, question, _counted, headers)


def _counted(tokens: int) -> bytes:
    return orjson.dumps({"totalTokens": tokens})
