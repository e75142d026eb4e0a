"""/v1/responses: always translated, for hardly any server but OpenAI's own has it."""

from cadre.edge.gateway import Asking
from cadre.edge.openai_api.responses.question import ResponseQuestion
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.kernel.errors import CadreError
from cadre.trust.budgets import Spender


class Responses:
    """Responses by any model, and by agents."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        question = ResponseQuestion(Fields.of_body(raw), raw)
        try:
            await self._asking.answer(exchange, spender, question, headers)
        except CadreError:
            if not exchange.started:
                raise
            await exchange.end()  # the last event says what went wrong
