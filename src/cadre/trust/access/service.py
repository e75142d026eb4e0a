"""Access: what somebody may do, known for a moment because every request asks.

What this process changes counts at once; what another one does, within half a second.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from cadre.infra.database import Database, Work
from cadre.kernel.grants import Grant, Grants
from cadre.kernel.scope import Scope
from cadre.trust.access.binding import grants_by
from cadre.trust.access.errors import Escalation
from cadre.trust.access.grants import missing
from cadre.trust.access.store import AccessStore, topic_of
from cadre.trust.access.subject import Actor, Subject

_KNOWN_SECONDS = 0.5
_MOST_KNOWN = 10_000
_Asked = tuple[str, Subject, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Known:
    grants: Grants
    mark: int
    until: float


class Access:
    """Tells what subjects may do, and sees to it that nobody gives what they do not have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[_Asked, _Known] = OrderedDict()

    async def grants_of(self, scope: Scope, subject: Subject) -> Grants:
        """What `subject` may do in the project and environment of `scope`."""
        asked = (scope.org, subject, scope.project, scope.environment)
        known = self._known.get(asked)
        mark = self._database.mark(topic_of(scope.org))
        if known is not None and known.mark == mark and time.monotonic() < known.until:
            return known.grants
        until = time.monotonic() + _KNOWN_SECONDS
        async with self._database.read(scope) as work:
            grants = await self.grants_for(work, subject)
        self._known[asked] = _Known(grants, mark, until)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return grants

    async def grants_for(self, work: Work, subject: Subject) -> Grants:
        """The same, read in `work`, with what it has changed so far."""
        return await self._read(work, subject, work.scope.project, work.scope.environment)

    async def service_account_name(self, work: Work, account_id: str) -> str | None:
        """The name of a service account that is enabled."""
        row = await AccessStore(work).service_account(account_id)
        return None if row is None or row.disabled_at is not None else row.name

    async def require(
        self,
        work: Work,
        actor: Actor,
        grants: frozenset[Grant],
        project: str | None,
        environment: str | None,
    ) -> None:
        """Raise `Escalation` unless `actor` has all of `grants` where they are to count."""
        if actor.subject is None or not grants:
            return
        if actor.project not in (None, project) or actor.environment not in (None, environment):
            raise Escalation(
                "Your key acts in one project or environment only, and this would count beyond it."
            )
        have = await self._read(work, actor.subject, project, environment)
        lacking = missing(Grants(have.given, actor.limits), grants)
        if lacking is not None:
            where = " and ".join(each for each in (project, environment) if each) or "everywhere"
            raise Escalation(
                f"You do not have `{lacking.permission}` on `{lacking.resource}` ({where}) "
                "yourself, so you can neither give nor take it."
            )

    async def require_over(self, work: Work, actor: Actor, subject: Subject) -> None:
        """Raise `Escalation` unless `actor` has all that `subject` has, wherever it counts.

        Whoever could act in the place of somebody else would otherwise gain by it.
        """
        for binding in await AccessStore(work).bindings_of(subject):
            await self.require(work, actor, binding.given(), binding.project, binding.environment)

    async def _read(
        self, work: Work, subject: Subject, project: str | None, environment: str | None
    ) -> Grants:
        store = AccessStore(work)
        if subject.kind == "service" and not await store.is_enabled(subject.id):
            return Grants()
        bindings = await store.bindings_of(subject)
        return Grants(grants_by(bindings, project, environment))
