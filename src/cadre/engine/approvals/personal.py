"""What approvals know of people: who decided, and the calls of runs that somebody began."""

from collections.abc import AsyncGenerator, Awaitable, Callable

from sqlalchemy import delete

from cadre.engine.approvals.tables import approvals
from cadre.engine.runs import Family, Runs, cancelling
from cadre.infra.database import Work
from cadre.trust.privacy import Attachment, Claim, Erased, Person, Record, Signed, Theirs

# The runs of a person, and what belongs to those.
RunsOf = Callable[[Work, Person], Awaitable[Family]]

_BATCH = 500
_DECIDED = Theirs("approvals", Signed(approvals, ("decided_by",)))


class ApprovalsPersonal:
    """Decisions of a person, and the questions of their runs, which are as much theirs."""

    room = "approvals"
    claims: frozenset[Claim] = _DECIDED.claims
    stays = "The journals of others' runs say who decided on their calls, until they expire."

    def __init__(self, runs: Runs, runs_of: RunsOf) -> None:
        self._runs = runs
        self._runs_of = runs_of

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        async for record in _DECIDED.export(work, person):
            yield record

    async def erase(self, work: Work, person: Person) -> Erased:
        """Before the runs themselves go; what is at work could ask once more, so it ends first."""
        family = await self._runs_of(work, person)
        if family.alive:
            ending = cancelling(self._runs, work.scope, family.alive)
            return Erased(more=True, afterwards=ending)
        decided, deleted = await _DECIDED.erase(work, person), 0
        for start in range(0, len(family.ended), _BATCH):
            some = approvals.c.run_id.in_(family.ended[start : start + _BATCH])
            statement = delete(approvals).where(approvals.c.org_id == work.scope.org, some)
            deleted += (await work.connection.execute(statement)).rowcount
        return Erased(deleted, decided.renamed)
