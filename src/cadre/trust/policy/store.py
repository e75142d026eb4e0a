"""Queries of policies and of decisions, for the org of the work."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select

from cadre.infra.database import Work
from cadre.kernel.ids import OrgId
from cadre.trust.policy.tables import policies_in_force, policy_decisions, policy_modules

# Built once: building a statement takes longer than a lookup.
_IN_FORCE = (
    select(policies_in_force.c.name, policies_in_force.c.version)
    .where(policies_in_force.c.org_id == bindparam("org_id"))
    .order_by(policies_in_force.c.name)
)
_OLDEST_KEPT = (
    select(policy_decisions.c.id)
    .where(policy_decisions.c.org_id == bindparam("org_id"))
    .order_by(policy_decisions.c.id.desc())
    .offset(bindparam("kept"))
    .limit(1)
)


def topic_of(org: OrgId) -> str:
    """What `Database.mark` counts this process's own changes by."""
    return f"policies of {org}"


class PolicyStore:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._connection = work.connection
        self._org = work.scope.org
        self._by = work.scope.principal.name

    async def in_force(self) -> tuple[tuple[str, int], ...]:
        """(name, version) of every policy in force, by name."""
        rows = await self._connection.execute(_IN_FORCE, {"org_id": self._org})
        return tuple((row.name, row.version) for row in rows)

    async def newest(self) -> list[Row[Any]]:
        """The newest version of every policy."""
        mine = policy_modules.c.org_id == self._org
        newest = (
            select(policy_modules.c.name, func.max(policy_modules.c.version).label("version"))
            .where(mine)
            .group_by(policy_modules.c.name)
            .subquery()
        )
        is_newest = (policy_modules.c.name == newest.c.name) & (
            policy_modules.c.version == newest.c.version
        )
        query = select(policy_modules).join(newest, is_newest).where(mine)
        return list(await self._connection.execute(query.order_by(policy_modules.c.name)))

    async def get(self, name: str, version: int | None = None) -> Row[Any] | None:
        """One version, by default the newest."""
        query = select(policy_modules).where(*self._is(name))
        if version is not None:
            query = query.where(policy_modules.c.version == version)
        query = query.order_by(policy_modules.c.version.desc()).limit(1)
        return (await self._connection.execute(query)).one_or_none()

    async def versions(self, name: str) -> list[Row[Any]]:
        """Newest first."""
        query = select(policy_modules).where(*self._is(name))
        return list(await self._connection.execute(query.order_by(policy_modules.c.version.desc())))

    async def add(
        self,
        name: str,
        version: int,
        text: str,
        *,
        tests: str,
        note: str,
        restored_from: int | None = None,
    ) -> None:
        await self._connection.execute(
            insert(policy_modules).values(
                org_id=self._org,
                name=name,
                version=version,
                text=text,
                tests=tests,
                note=note,
                restored_from=restored_from,
                created_at=time.time(),
                created_by=self._by,
            )
        )

    async def put_in_force(self, name: str, version: int | None) -> None:
        """`version` None takes the policy out of force."""
        mine = (policies_in_force.c.org_id == self._org, policies_in_force.c.name == name)
        await self._connection.execute(delete(policies_in_force).where(*mine))
        if version is not None:
            await self._connection.execute(
                insert(policies_in_force).values(
                    org_id=self._org,
                    name=name,
                    version=version,
                    activated_at=time.time(),
                    activated_by=self._by,
                )
            )
        self._work.touch(topic_of(self._org))

    def _is(self, name: str) -> tuple[Any, ...]:
        return policy_modules.c.org_id == self._org, policy_modules.c.name == name


class DecisionStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """`rows` without their org."""
        values = [{**row, "org_id": self._org} for row in rows]
        await self._connection.execute(insert(policy_decisions), values)

    async def prune(self, kept: int) -> None:
        """Forget all but the newest `kept`."""
        found = await self._connection.execute(_OLDEST_KEPT, {"org_id": self._org, "kept": kept})
        oldest = found.scalar_one_or_none()
        if oldest is not None:
            mine = (policy_decisions.c.org_id == self._org, policy_decisions.c.id <= oldest)
            await self._connection.execute(delete(policy_decisions).where(*mine))

    async def newest(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        effect: str | None = None,
        run_id: str | None = None,
    ) -> list[Row[Any]]:
        query = select(policy_decisions).where(policy_decisions.c.org_id == self._org)
        for column, wanted in (("effect", effect), ("run_id", run_id)):
            if wanted is not None:
                query = query.where(policy_decisions.c[column] == wanted)
        if cursor is not None:
            query = query.where(policy_decisions.c.id < cursor)
        query = query.order_by(policy_decisions.c.id.desc()).limit(limit)
        return list(await self._connection.execute(query))
