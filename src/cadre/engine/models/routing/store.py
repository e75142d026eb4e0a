"""Queries of routes and revisions, for the org of the work."""

import time
from typing import Any

from sqlalchemy import Row, func, insert, select

from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.routing.tables import routes
from cadre.infra.database import Work


class RouteStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._scope = work.scope
        self._revisions = RevisionStore(work)
        self._is_mine = routes.c.org_id == work.scope.org

    async def newest(self) -> list[Row[Any]]:
        """The newest version of every route."""
        newest = (
            select(routes.c.name, func.max(routes.c.version).label("version"))
            .where(self._is_mine)
            .group_by(routes.c.name)
            .subquery()
        )
        is_newest = (routes.c.name == newest.c.name) & (routes.c.version == newest.c.version)
        query = select(routes).join(newest, is_newest).where(self._is_mine)
        return list(await self._connection.execute(query.order_by(routes.c.name)))

    async def get(self, name: str, version: int | None = None) -> Row[Any] | None:
        """One version, by default the newest."""
        query = select(routes).where(self._is_mine, routes.c.name == name)
        if version is not None:
            query = query.where(routes.c.version == version)
        query = query.order_by(routes.c.version.desc()).limit(1)
        return (await self._connection.execute(query)).one_or_none()

    async def versions(self, name: str) -> list[Row[Any]]:
        """Newest first."""
        query = (
            select(routes)
            .where(self._is_mine, routes.c.name == name)
            .order_by(routes.c.version.desc())
        )
        return list(await self._connection.execute(query))

    async def add(
        self, name: str, version: int, yaml: str | None, *, restored_from: int | None = None
    ) -> None:
        await self._connection.execute(
            insert(routes).values(
                org_id=self._scope.org,
                name=name,
                version=version,
                yaml=yaml,
                restored_from=restored_from,
                created_at=time.time(),
                created_by=self._scope.principal.name,
            )
        )
        await self._revisions.change()
