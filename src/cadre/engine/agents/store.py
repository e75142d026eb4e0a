"""Queries of agents, for the org of the work."""

import time
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select

from cadre.engine.agents.schemas import AgentVersion
from cadre.engine.agents.tables import agents
from cadre.infra.database import Work

# Built once: building a statement takes longer than a lookup.
_NEWEST = (
    select(agents)
    .where(agents.c.org_id == bindparam("org_id"), agents.c.name == bindparam("name"))
    .order_by(agents.c.version.desc())
    .limit(1)
)


class AgentStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._scope = work.scope
        self._is_mine = agents.c.org_id == work.scope.org

    async def latest(self) -> list[Row[Any]]:
        """The newest version of every agent."""
        newest = (
            select(agents.c.name, func.max(agents.c.version).label("version"))
            .where(self._is_mine)
            .group_by(agents.c.name)
            .subquery()
        )
        is_newest = (agents.c.name == newest.c.name) & (agents.c.version == newest.c.version)
        query = select(agents).join(newest, is_newest).where(self._is_mine)
        return list(await self._connection.execute(query.order_by(agents.c.name)))

    async def get(self, name: str, version: int | None) -> Row[Any] | None:
        query = _NEWEST if version is None else _NEWEST.where(agents.c.version == version)
        values = {"org_id": self._scope.org, "name": name}
        return (await self._connection.execute(query, values)).one_or_none()

    async def versions(self, name: str) -> list[AgentVersion]:
        query = (
            select(agents)
            .where(self._is_mine, agents.c.name == name)
            .order_by(agents.c.version.desc())
        )
        return [
            AgentVersion(
                version=row.version,
                digest=row.digest,
                created_at=row.created_at,
                created_by=row.created_by,
            )
            for row in await self._connection.execute(query)
        ]

    async def add(self, name: str, version: int, yaml: str, digest: str) -> None:
        await self._connection.execute(
            insert(agents).values(
                org_id=self._scope.org,
                name=name,
                version=version,
                yaml=yaml,
                digest=digest,
                created_at=time.time(),
                created_by=self._scope.principal.name,
            )
        )

    async def delete(self, name: str) -> bool:
        statement = delete(agents).where(self._is_mine, agents.c.name == name)
        return (await self._connection.execute(statement)).rowcount > 0
