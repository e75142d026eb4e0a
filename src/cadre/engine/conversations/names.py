"""Names: what can be asked for through a door: models, routes and agents."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Literal

from cadre.engine.agents import Agents
from cadre.engine.conversations.agent_models import PREFIX
from cadre.engine.models import Kind, ModelCard, Routing, UnknownModel, Views
from cadre.infra.database import Database
from cadre.kernel.scope import Scope

_MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class NamedModel:
    """`owner` is the provider, or "cadre" for routes and agents; limits are tokens. `kind` is what
    it does: "chat", "embedding" and so on.
    """

    name: str
    title: str
    owner: str
    status: Literal["current", "deprecated", "retired"] = "current"
    context_tokens: int | None = None
    output_tokens: int | None = None
    ends_on: date | None = None
    kind: Kind = "chat"


class Names:
    """Everything that an org can name."""

    def __init__(self, database: Database, views: Views, routing: Routing, agents: Agents) -> None:
        self._database = database
        self._views = views
        self._routing = routing
        self._agents = agents

    async def all(self, scope: Scope) -> list[NamedModel]:
        """Routes, then the models whose provider is there, then agents."""
        async with self._database.read(scope) as work:
            view = await self._views.of(work)
            routes = await self._routing.book.names(work) if view.endpoints else []
            agents = await self._agents.listing(work)
        cards = [one.card for one in view.candidates if one.is_configured]
        return [
            *(NamedModel(name, name, "cadre") for name in routes),
            *(_named(card) for card in cards if card.status != "retired"),
            *(
                NamedModel(f"{PREFIX}{agent.name}", agent.description or agent.name, "cadre")
                for agent in agents
            ),
        ]

    async def one(self, scope: Scope, name: str) -> NamedModel:
        """What `name` stands for, or raise `UnknownModel`."""
        for model in await self.all(scope):
            if model.name == name:
                return model
        raise UnknownModel(f"There is no model `{name[:200]}`.", field="model")

    async def with_near_names(self, scope: Scope, error: UnknownModel, name: str) -> UnknownModel:
        """`error` about `name`, with names that could have been meant."""
        spellings = {model.name: model.name for model in await self.all(scope)}
        async with self._database.read(scope) as work:
            view = await self._views.of(work)
        for one in view.candidates:
            spellings |= {one.card.id: one.name, one.name: one.name}
        near = get_close_matches(name[:200], spellings.keys() - {name}, n=_MOST_NEAR, cutoff=0.6)
        if not near:
            return error
        hint = ", ".join(f"`{one}`" for one in dict.fromkeys(spellings[one] for one in near))
        return UnknownModel(f"{error.detail} Did you mean {hint}?", field=error.field)


def _named(card: ModelCard) -> NamedModel:
    return NamedModel(
        card.name,
        card.title or card.id,
        card.provider,
        card.status,
        card.context_tokens,
        card.output_tokens,
        card.ends_on,
        card.kind,
    )
