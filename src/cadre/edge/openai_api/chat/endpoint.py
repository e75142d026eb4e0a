"""/v1/chat/completions: whichever target answers, in its own bytes if it speaks these words."""

from cadre.edge.gateway import Asking
from cadre.edge.openai_api.chat.question import ChatQuestion
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.trust.budgets import Spender


class ChatCompletions:
    """Chat completions by any model, and by agents."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        question = ChatQuestion(Fields.of_body(raw), raw)
        await self._asking.answer(exchange, spender, question, headers)
