"""The move to another master key: data keys are wrapped anew, one short transaction each.

Both master keys are known until nothing is under the old one. A process that dies in the middle
leaves keys under both, and whoever goes on moves the rest.
"""

from dataclasses import dataclass

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.secrets.data_keys import DataKeys
from cadre.trust.secrets.key_store import AllKeys
from cadre.trust.secrets.rotation import KeyRotations, system_scope

_log = get_logger("secrets")


@dataclass(frozen=True, slots=True)
class Moved:
    """`is_over`: nothing is under an old key; `unreadable` counts what no key opens."""

    master_key: str
    moved: int
    unreadable: int
    is_over: bool


class MasterMove:
    """Moves all data keys of all orgs to the newest master key."""

    def __init__(self, database: Database, keys: DataKeys, rotations: KeyRotations) -> None:
        self._database, self._keys, self._rotations = database, keys, rotations

    async def go_on(self) -> None:
        """Finish what was begun, and take along what a process wrote that had not heard of it."""
        ring = self._keys.keyring
        ring.refresh()
        if ring.is_moving:
            await self.run()
        elif ring.left_behind:
            await self._rewrap(ring.left_behind)

    async def run(self, new_key: bytes | None = None) -> Moved:
        """Move to `new_key`; without one, to the key that is the newest already."""
        ring = self._keys.keyring
        if new_key is not None:
            ring.begin_move(new_key)
        ring.refresh()
        newest = ring.newest.id
        await self._rotations.include_direct()
        unreadable = await self._rotations.finish()
        moved, closed = 0, 0
        for _ in range(2):  # once more for what was made while the first was under way
            some, closed = await self._rewrap(await self._others(newest))
            moved += some
        is_over = not await self._others(newest)
        if is_over:
            ring.end_move()
        return Moved(newest, moved, unreadable + closed, is_over)

    async def _others(self, newest: str) -> frozenset[str]:
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            return frozenset(await AllKeys(work).wraps()) - {newest}

    async def _rewrap(self, ids: frozenset[str]) -> tuple[int, int]:
        """Wrap anew what those keys have wrapped: how many were, and how many don't open."""
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            rows = await AllKeys(work).wrapped_by(ids)
        moved, closed = 0, 0
        for row in rows:
            try:
                async with self._database.begin(system_scope(OrgId(row.org_id))) as work:
                    is_moved = await self._keys.rewrap(work, row.generation)
            except CadreError as error:
                _log.warning("data_key_not_moved", org=row.org_id, error=error.detail)
                is_moved = False
            moved, closed = moved + is_moved, closed + (not is_moved)
        return moved, closed
