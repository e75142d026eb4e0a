"""Queries of sizes of workspaces, for the org of the work."""

from typing import Any

from sqlalchemy import BigInteger, Double, Text, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cadre.engine.tools.tables import workspace_sizes
from cadre.infra.database import Work

_size = workspace_sizes.c
_VALUES = {
    "workspace_id": bindparam("workspace", type_=Text),
    "org_id": bindparam("org", type_=Text),
    "bytes": bindparam("size", type_=BigInteger),
    "measured_at": bindparam("at", type_=Double),
}
# Built once: building a statement takes longer than a lookup.
_ONE = select(_size.bytes).where(
    _size.org_id == bindparam("org"), _size.workspace_id == bindparam("workspace")
)
_SUM = select(func.coalesce(func.sum(_size.bytes), 0)).where(_size.org_id == bindparam("org"))
_DELETE = delete(workspace_sizes).where(_size.workspace_id == bindparam("workspace"))


class SizeStore:
    """Of a work of `ALL_ORGS`, `delete` alone: whoever removes a folder may not know whose it is."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def get(self, workspace_id: str) -> int | None:
        values = {"org": self._org, "workspace": workspace_id}
        return (await self._connection.execute(_ONE, values)).scalar_one_or_none()

    async def used(self) -> int:
        """Bytes in all workspaces together."""
        return int((await self._connection.execute(_SUM, {"org": self._org})).scalar_one())

    async def used_beside(self, workspace_id: str) -> tuple[int, int]:
        """Bytes in all workspaces together, and in all but this one."""
        # Two lookups: one that also asked which workspace it is could not be read from the index.
        total = await self.used()
        return total, total - (await self.get(workspace_id) or 0)

    async def put(self, workspace_id: str, size: int, at: float) -> None:
        """Take `size` down, unless one that was measured later is known."""
        values = {"workspace": workspace_id, "org": self._org, "size": size, "at": at}
        await self._connection.execute(_UPSERTS[self._connection.dialect.name], values)

    async def delete(self, workspace_id: str) -> None:
        await self._connection.execute(_DELETE, {"workspace": workspace_id})


def _upserts() -> dict[str, Any]:
    """The statement by dialect."""
    lite = sqlite.insert(workspace_sizes).values(_VALUES)
    big = postgresql.insert(workspace_sizes).values(_VALUES)
    return {
        "sqlite": lite.on_conflict_do_update(
            index_elements=["workspace_id"],
            set_={"bytes": lite.excluded.bytes, "measured_at": lite.excluded.measured_at},
            where=_size.measured_at < lite.excluded.measured_at,
        ),
        "postgresql": big.on_conflict_do_update(
            index_elements=["workspace_id"],
            set_={"bytes": big.excluded.bytes, "measured_at": big.excluded.measured_at},
            where=_size.measured_at < big.excluded.measured_at,
        ),
    }


_UPSERTS = _upserts()
