"""Allowances: what an org may have, as rooms ask for it that keep to it, and what it uses of it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cadre.infra.database import Work
from cadre.trust.orgs.errors import OrgNotFound
from cadre.trust.orgs.schemas import AllowanceUse, Limits, OrgUsage
from cadre.trust.orgs.store import EveryOrgStore, OrgStore

Name = Literal[
    "members", "projects", "keys", "requests_per_minute", "concurrent_runs", "storage_megabytes"
]
# How many of something the org of a work has, as the room says that keeps it.
Counter: TypeAlias = Callable[[Work], Awaitable[int]]
_MEGABYTE = 1_000_000
_FIRST_PROJECT = 1  # has no row


@dataclass(frozen=True, slots=True)
class Allowances:
    """What orgs use of what they may have. `running` are runs at this moment, `stored` is bytes."""

    members: Counter
    keys: Counter
    running: Counter
    stored: Counter

    async def used(self, work: Work) -> OrgUsage:
        """Of the org of the work."""
        store = OrgStore(work)
        row = await store.row()
        if row is None:
            raise OrgNotFound("The organisation is gone.")
        limits = Limits.model_validate_json(row.limits)
        megabytes = limits.storage_megabytes
        return OrgUsage(
            members=AllowanceUse(used=await self.members(work), most=limits.members),
            projects=AllowanceUse(
                used=_FIRST_PROJECT + len(await store.projects()), most=limits.projects
            ),
            keys=AllowanceUse(used=await self.keys(work), most=limits.keys),
            concurrent_runs=AllowanceUse(
                used=await self.running(work), most=limits.concurrent_runs
            ),
            storage_bytes=AllowanceUse(
                used=await self.stored(work),
                most=None if megabytes is None else megabytes * _MEGABYTE,
            ),
        )


async def allowance(work: Work, name: Name) -> int | None:
    """How many the org of the work may have; None: as many as it likes."""
    row = await OrgStore(work).row()
    return None if row is None else getattr(Limits.model_validate_json(row.limits), name)


async def allowances(work: Work, name: Name) -> Mapping[str, int]:
    """The same for all orgs that have such a limit, by org; for a work of `ALL_ORGS`."""
    found = await EveryOrgStore(work).limited(name)
    return {org: json.loads(limits)[name] for org, limits in found}
