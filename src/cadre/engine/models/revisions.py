"""Revisions: a mark that is new after every change to what an org's models are."""

from sqlalchemy import bindparam, select, text

from cadre.engine.models.tables import revisions
from cadre.infra.database import Work
from cadre.kernel.ids import OrgId, new_id

# Built once: building a statement takes longer than a lookup.
_REVISION = select(revisions.c.revision).where(revisions.c.org_id == bindparam("org_id"))
_CHANGE = text(
    "insert into model_revisions (org_id, revision) values (:org_id, :revision) "
    "on conflict (org_id) do update set revision = excluded.revision"
)


def topic_of(org: OrgId) -> str:
    """What `Database.mark` counts this process's own changes by."""
    return f"models of {org}"


class RevisionStore:
    """A mark that is new after every change to what an org's models are.

    A reader compares it with the one that it knows. It is not a number: a change that was
    rolled back and the next one would then have the same.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._connection = work.connection
        self._org = work.scope.org

    async def current(self) -> str | None:
        """None if nothing was ever changed."""
        found = await self._connection.execute(_REVISION, {"org_id": self._org})
        return found.scalar_one_or_none()

    async def change(self) -> None:
        values = {"org_id": self._org, "revision": new_id("rev")}
        await self._connection.execute(_CHANGE, values)
        self._work.touch(topic_of(self._org))
