"""Planning: from the name that a caller writes to the models that are asked, in order."""

from cadre.engine.models.errors import UnknownProvider
from cadre.engine.models.routing import Ask, Routing
from cadre.engine.models.targets import Call, Plan
from cadre.engine.models.views import DEFAULT, OFFLINE, OFFLINE_TARGET, Views
from cadre.infra.database import Database, Work
from cadre.trust.budgets import Spender

_PLAIN = "plain"


class Planner:
    """Plans calls for every org."""

    def __init__(self, database: Database, views: Views, routing: Routing) -> None:
        self._database = database
        self._views = views
        self._routing = routing

    async def plan(self, spender: Spender, call: Call) -> Plan:
        """Whom to ask for `call`; raises what to do about it if there is nobody."""
        async with self._database.read(spender.scope) as work:
            return await self._plan(work, spender, call)

    async def check(self, work: Work, name: str) -> None:
        """Raise if nobody could be asked by `name` now."""
        spender = Spender(work.scope, via="console")
        await self._plan(work, spender, Call(name, Ask.by(spender)))

    async def _plan(self, work: Work, spender: Spender, call: Call) -> Plan:
        view = await self._views.of(work)
        name = call.model or DEFAULT
        if name == DEFAULT:
            name = view.default
        if name == OFFLINE:
            return Plan(call, OFFLINE, [OFFLINE_TARGET])
        if target := view.unheard(name):
            return Plan(call, _PLAIN, [target])
        decision = await self._routing.decide_ask(work, spender, name, call.ask)
        targets = [target for card in decision.targets if (target := view.target(card))]
        if not targets:
            raise UnknownProvider(
                f"The provider of `{name}` is not configured. Add it under Settings, Models.",
                field="model",
            )
        return Plan(call, decision.route, targets, decision.options)
