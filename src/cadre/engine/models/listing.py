"""Listing: the names that an agent or a client can write, and the one that "default" stands for."""

from collections.abc import Sequence

from cadre.engine.models.planning import Planner
from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.routing import Routing
from cadre.engine.models.schemas import ModelInfo, ModelList
from cadre.engine.models.store import ProviderStore
from cadre.engine.models.views import DEFAULT, OFFLINE, Views
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid

ROUTE = "route"


class Listing:
    """The names of every org."""

    def __init__(self, views: Views, routing: Routing, planner: Planner) -> None:
        self._views = views
        self._routing = routing
        self._planner = planner

    async def all(self, work: Work) -> ModelList:
        """Routes first, then the models that can chat, the offline operator last."""
        view = await self._views.of(work)
        routes = await self._routing.book.names(work) if view.endpoints else []
        found = [ModelInfo(name=name, provider=ROUTE, title=name) for name in routes]
        found += [
            ModelInfo(name=one.name, provider=one.card.provider, title=one.card.title or one.name)
            for one in view.candidates
            if one.is_configured and one.card.kind == "chat" and one.card.status != "retired"
        ]
        default = view.default
        if default != OFFLINE and default not in {one.name for one in found}:
            provider = default.partition(":")[0]
            found.append(ModelInfo(name=default, provider=provider, title=default))
        found.append(ModelInfo(name=OFFLINE, provider=OFFLINE, title="Offline operator"))
        for one in found:
            one.default = one.name == default
        return ModelList(items=found, default=default)

    async def default(self, work: Work) -> str:
        """The name that "default" stands for."""
        return (await self._views.of(work)).default

    async def set_default(self, work: Work, name: str) -> None:
        """Choose what "default" stands for, among what can be asked."""
        if name == DEFAULT:
            raise Invalid("Name a model: `default` can't stand for itself.", field="name")
        await self._planner.check(work, name)
        await ProviderStore(work).set_default(name)
        await RevisionStore(work).change()

    async def configured(self, work: Work) -> Sequence[str]:
        """The names of all models that the org's providers have."""
        view = await self._views.of(work)
        return [one.name for one in view.candidates if one.is_configured]
