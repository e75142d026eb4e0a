"""Planning: from the name that a caller writes to the models that are asked, in order.

What an org has is looked up once in a while and not with every call: a change made by this
process counts with the next call, one made by another process within `_FRESH_SECONDS`.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from cadre.engine.models.errors import UnknownProvider
from cadre.engine.models.revisions import topic_of
from cadre.engine.models.routing import Ask, Decision, NoModelCan, Routes, Routing
from cadre.engine.models.targets import Call, Plan
from cadre.engine.models.views import DEFAULT, OFFLINE, OFFLINE_TARGET, View, Views
from cadre.infra.database import Database, Work
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Spender

_PLAIN = "plain"
_FRESH_SECONDS = 0.25
_MOST_ORGS = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What an org has, as it was at `mark` and may be taken for true until `until`."""

    view: View
    routes: Routes
    mark: int = -1
    until: float = 0.0


class Planner:
    """Plans calls for every org."""

    def __init__(self, database: Database, views: Views, routing: Routing) -> None:
        self._database = database
        self._views = views
        self._routing = routing
        self._known: OrderedDict[OrgId, _Known] = OrderedDict()

    async def plan(self, spender: Spender, call: Call) -> Plan:
        """Whom to ask for `call`; raises what to do about it if there is nobody."""
        if spender.grants is not None:
            for name in (call.model or DEFAULT).split(","):
                spender.check("models:use", f"model:{name.strip()}")
        known = self._known.get(spender.scope.org)
        mark = self._database.mark(topic_of(spender.scope.org))
        if known is None or known.mark != mark or known.until < time.monotonic():
            known = await self._look_up(spender.scope, mark)
        else:
            self._views.observe(known.view)
        return self._plan(known, call)

    async def check(self, work: Work, name: str) -> None:
        """Raise if nobody could be asked by `name` now."""
        known = await self._read(work)
        self._plan(known, Call(name, Ask.by(Spender(work.scope, via="console"))))

    async def _look_up(self, scope: Scope, mark: int) -> _Known:
        until = time.monotonic() + _FRESH_SECONDS
        async with self._database.read(scope) as work:
            read = await self._read(work)
        known = self._known[scope.org] = _Known(read.view, read.routes, mark, until)
        if len(self._known) > _MOST_ORGS:
            self._known.popitem(last=False)
        return known

    async def _read(self, work: Work) -> _Known:
        return _Known(await self._views.of(work), await self._routing.book.routes(work))

    def _plan(self, known: _Known, call: Call) -> Plan:
        view, name = known.view, call.model or DEFAULT
        if name == DEFAULT:
            name = view.default
        if name == OFFLINE:
            return Plan(call, OFFLINE, [OFFLINE_TARGET])
        if target := view.unheard(name):
            return Plan(call, _PLAIN, [target])
        decision = self._decide(known, name, call.ask)
        targets = [target for card in decision.targets if (target := view.target(card))]
        if not targets:
            raise UnknownProvider(
                f"The provider of `{name}` is not configured. Add it under Settings, Models.",
                field="model",
            )
        return Plan(call, decision.route, targets, decision.options)

    def _decide(self, known: _Known, name: str, ask: Ask) -> Decision:
        """With whom can see the files; where nobody can and that is all right, with anybody."""
        candidates = known.view.candidates
        try:
            return self._routing.decide_among(known.routes, candidates, name, ask)
        except NoModelCan:
            if not ask.may_leave_files:
                raise
        return self._routing.decide_among(known.routes, candidates, name, ask.without_files())
