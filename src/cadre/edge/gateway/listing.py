"""The list of models, routes and agents, and one of them."""

from collections.abc import Callable

import orjson

from cadre.edge.gateway.errors import JSON
from cadre.engine.conversations import NamedModel, Names
from cadre.infra.asgi import Exchange, Header
from cadre.kernel.messages import Json
from cadre.trust.budgets import Spender


class ModelsList:
    """The two addresses of models: `page` shows many by a query, `model` one."""

    def __init__(
        self,
        names: Names,
        page: Callable[[list[NamedModel], bytes], Json],
        model: Callable[[NamedModel], Json],
    ) -> None:
        self._names = names
        self._page = page
        self._model = model

    async def all(
        self, exchange: Exchange, spender: Spender, _raw: bytes, headers: list[Header]
    ) -> None:
        shown = self._page(await self._names.all(spender.scope), exchange.query)
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)

    async def one(
        self, exchange: Exchange, spender: Spender, _raw: bytes, headers: list[Header]
    ) -> None:
        """The one that `exchange.model` names."""
        shown = self._model(await self._names.one(spender.scope, exchange.model))
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)
