"""/v1/messages/count_tokens: the provider's own count for Anthropic's models, else an estimate.

The estimate is a quarter of the bytes, close for prose and code, and a thousand for a file.
"""

import orjson

from cadre.edge.anthropic_api.errors import JSON
from cadre.edge.anthropic_api.facts import ask_of
from cadre.edge.anthropic_api.messages import read_messages
from cadre.engine.conversations import is_agent
from cadre.engine.models import Call, Models, Target
from cadre.infra.asgi import Exchange, Fields, Header, RequestFiles
from cadre.trust.budgets import Spender

_PATH = "messages/count_tokens"


class Counting:
    """Counts what a question would use, before it is asked. Nothing is paid for it."""

    def __init__(self, models: Models, files: RequestFiles) -> None:
        self._models = models
        self._files = files

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        body = Fields.of_body(raw)
        model = exchange.model = body.text("model")
        ask = ask_of(body, len(raw), spender)
        await read_messages(body, self._files)
        if is_agent(model):
            return await exchange.answer(200, _counted(ask.tokens), headers, JSON)
        plan = await self._models.planner.plan(spender, Call(model, ask))
        target = plan.targets[0]
        if target.endpoint.wire == "anthropic":
            counted = await self._by_provider(target, body)
        else:
            counted = _counted(ask.tokens)
        return await exchange.answer(200, counted, headers, JSON)

    async def _by_provider(self, target: Target, body: Fields) -> bytes:
        asked = orjson.dumps({**body.data, "model": target.card.id})
        async with self._models.upstream(target, _PATH, asked) as answer:
            return await answer.read()


def _counted(tokens: int) -> bytes:
    return orjson.dumps({"input_tokens": tokens})
