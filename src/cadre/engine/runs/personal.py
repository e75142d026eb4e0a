"""What runs know of people: the runs that they began, and all that came of those."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from sqlalchemy import ColumnElement, or_, select

from cadre.engine.runs.removal import Folders, Workplaces, family_of, remove
from cadre.engine.runs.service import Runs
from cadre.engine.runs.tables import runs
from cadre.infra.database import Work
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from cadre.trust.privacy import Attachment, Claim, Erased, Person, Record

_BATCH_RUNS = 100
_SHOWN = ("id", "kind", "agent", "title", "status", "session_id", "created_at", "ended_at")


class RunsPersonal:
    """Runs of a person or of their keys, with children and copies."""

    room = "runs"
    claims: frozenset[Claim] = frozenset({("runs", "principal"), ("run_signals", "sender")})
    stays = (
        "What they said to runs that others began is in the journals of those, until they expire."
    )

    def __init__(self, runs_: Runs, folders: Folders) -> None:
        self._runs = runs_
        self._places = Workplaces(folders)

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        """Each run with what was asked and answered."""
        after = ""
        while True:
            query = select(*(runs.c[name] for name in _SHOWN)).where(
                _began(work, person), runs.c.id > after
            )
            page = await work.connection.execute(query.order_by(runs.c.id).limit(_BATCH_RUNS))
            rows = page.mappings().all()
            for row in rows:
                run = await self._runs.get(work.scope, RunId(row["id"]))
                yield Record("runs", {**row, "input": run.input, "output": run.output})
            if len(rows) < _BATCH_RUNS:
                return
            after = rows[-1]["id"]

    async def erase(self, work: Work, person: Person) -> Erased:
        query = select(runs.c.id).where(_began(work, person)).order_by(runs.c.id)
        ids = list((await work.connection.execute(query.limit(_BATCH_RUNS))).scalars())
        return await erase_family(work, self._runs, self._places, ids) if ids else Erased()


async def erase_family(work: Work, runs_: Runs, places: Workplaces, ids: Sequence[str]) -> Erased:
    """Remove `ids` and what belongs to them, or first what that takes: ends, a look at files."""
    family = await family_of(work, ids)
    if family.alive:
        return Erased(more=True, afterwards=cancelling(runs_, work.scope, family.alive))
    # A folder that was none of the run's own is none at all.
    if unseen := places.unseen(family.ended):
        return Erased(more=True, afterwards=places.looking_into(unseen))
    removed = await remove(work, family.ended, with_blobs=True)
    blobs = removed.blobs | places.blobs(removed.workspaces)
    gone = places.deleting(family.ended)
    return Erased(removed.runs, more=True, blobs=frozenset(blobs), afterwards=gone)


def cancelling(runs_: Runs, scope: Scope, alive: Sequence[str]) -> Callable[[], Awaitable[None]]:
    """What ends runs that are at work."""

    async def cancel() -> None:
        for run in alive:
            await runs_.cancel(scope, RunId(run), "Whoever began it is erased.")

    return cancel


def _began(work: Work, person: Person) -> ColumnElement[bool]:
    # Ids are written as JSON there, and no id of ours holds a quotation mark.
    said = (runs.c.principal.contains(f'"id":"{one}"', autoescape=True) for one in person.ids)
    return (runs.c.org_id == work.scope.org) & or_(*said)


async def runs_begun_by(work: Work, person: Person) -> list[str]:
    """The ids of the runs that the person or one of their keys began."""
    query = select(runs.c.id).where(_began(work, person))
    return list((await work.connection.execute(query)).scalars())
