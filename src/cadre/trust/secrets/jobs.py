"""What the vault does in the background: rotation, and forgetting what has had its time."""

import asyncio
import time

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.secrets.lease_store import forget_leases
from cadre.trust.secrets.master_move import MasterMove
from cadre.trust.secrets.rotation import KeyRotations, system_scope
from cadre.trust.secrets.store import forget_expired

_EVERY_SECONDS = 2.0
_FORGET_EVERY_SECONDS = 600.0
# What a lease was for is asked about afterwards; the audit log has it for longer.
_LEASES_KEPT_SECONDS = 90 * 86_400.0
_log = get_logger("secrets")


class VaultJobs:
    """Finishes rotations, also those that another process has begun or left."""

    def __init__(self, database: Database, rotations: KeyRotations, move: MasterMove) -> None:
        self._database, self._rotations, self._move = database, rotations, move
        self._forgotten_at = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.turn()
            except Exception as error:  # a database or a key command that is away for a moment
                _log.warning("vault_jobs_failed", error=repr(error))
            await asyncio.sleep(_EVERY_SECONDS)

    async def turn(self) -> None:
        """Do once what there is to do."""
        await self._rotations.finish()
        await self._move.go_on()
        now = time.time()
        if now - self._forgotten_at >= _FORGET_EVERY_SECONDS:
            async with self._database.begin(system_scope(ALL_ORGS)) as work:
                await forget_expired(work, now)
                await forget_leases(work, now - _LEASES_KEPT_SECONDS)
            self._forgotten_at = now
