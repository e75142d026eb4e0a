"""What policies need done in the background."""

import asyncio

from cadre.infra.telemetry import get_logger
from cadre.trust.policy.service import Policies

_EVERY_SECONDS = 0.5
_log = get_logger(__name__)


class PolicyJobs:
    """Writes what was decided, in batches, and once more at the end."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await asyncio.sleep(_EVERY_SECONDS)
                await self._flush()
        finally:
            await self._flush()

    async def _flush(self) -> None:
        try:
            await self._policies.log.flush()
        except Exception as error:  # a database that is away for a moment: dry runs know less
            _log.warning("decisions_not_kept", error=repr(error))
