"""/v1/models: what can be asked for by name: models, routes and agents."""

import orjson

from cadre.edge.openai_api.errors import JSON
from cadre.engine.conversations import NamedModel, Names
from cadre.infra.asgi import Exchange, Header
from cadre.kernel.messages import Json
from cadre.trust.budgets import Spender


class ModelsList:
    """The two addresses of models."""

    def __init__(self, names: Names) -> None:
        self._names = names

    async def all(self, exchange: Exchange, spender: Spender, headers: list[Header]) -> None:
        data = [_model(model) for model in await self._names.all(spender.scope)]
        await exchange.answer(200, orjson.dumps({"object": "list", "data": data}), headers, JSON)

    async def one(
        self, exchange: Exchange, spender: Spender, name: str, headers: list[Header]
    ) -> None:
        shown = _model(await self._names.one(spender.scope, name))
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)


def _model(model: NamedModel) -> dict[str, Json]:
    return {
        "id": model.name,
        "object": "model",
        "created": 0,
        "owned_by": model.owner,
        "shutdown_date": model.ends_on.isoformat() if model.ends_on else None,
    }
