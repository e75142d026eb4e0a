"""Rules: what other rooms may ask of an org's retention."""

import time

from cadre.infra.database import Work
from cadre.trust.privacy.store import RuleStore


class RetentionRules:
    """The days that the work's org has set, by class of data."""

    def __init__(self, work: Work) -> None:
        self._store = RuleStore(work)

    async def days(self, data_class: str, default: int) -> int:
        """Of a class that is never kept for ever."""
        return (await self._store.all()).get(data_class) or default

    async def keep(self, data_class: str, days: int) -> None:
        """From now on; what is older goes within the hour."""
        await self._store.put(data_class, days, time.time())
