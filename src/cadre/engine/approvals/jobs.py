"""What approvals need done in the background."""

import asyncio
import time
from dataclasses import replace

from cadre.engine.approvals.service import Approvals
from cadre.engine.runs import ENDED
from cadre.infra.bus import Bus, Overflow
from cadre.kernel.events import RunAdvanced
from cadre.kernel.scope import Scope

_MISSED_SECONDS = 10.0
_LOOK_SECONDS = 30.0


class ApprovalJobs:
    """Withdraws the questions of runs that ended; tells runs of decisions that they missed."""

    def __init__(self, approvals: Approvals, bus: Bus, system: Scope) -> None:
        """`system` is the process's own scope; the org of each row takes its place."""
        self._approvals = approvals
        self._bus = bus
        self._system = system

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell_again())
            tasks.create_task(self._withdraw())

    async def _tell_again(self) -> None:
        while True:
            decided_before = time.time() - _MISSED_SECONDS
            await self._approvals.tell_again(self._system, decided_before=decided_before)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _withdraw(self) -> None:
        async with self._bus.subscribe(RunAdvanced) as news:
            await self._approvals.withdraw_all(self._system)
            async for event in news:
                if isinstance(event, Overflow):
                    await self._approvals.withdraw_all(self._system)
                elif isinstance(event, RunAdvanced) and event.status in ENDED:
                    scope = replace(self._system, org=event.org)
                    await self._approvals.withdraw(scope, event.run_id)
