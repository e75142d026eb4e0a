"""Allowances: what an org may have, as rooms ask for it that keep to it."""

import json
from collections.abc import Mapping
from typing import Literal

from cadre.infra.database import Work
from cadre.trust.orgs.schemas import Limits
from cadre.trust.orgs.store import EveryOrgStore, OrgStore

Name = Literal[
    "members", "projects", "keys", "requests_per_minute", "concurrent_runs", "storage_megabytes"
]


async def allowance(work: Work, name: Name) -> int | None:
    """How many the org of the work may have; None: as many as it likes."""
    row = await OrgStore(work).row()
    return None if row is None else getattr(Limits.model_validate_json(row.limits), name)


async def allowances(work: Work, name: Name) -> Mapping[str, int]:
    """The same for all orgs that have such a limit, by org; for a work of `ALL_ORGS`."""
    found = await EveryOrgStore(work).limited(name)
    return {org: json.loads(limits)[name] for org, limits in found}
