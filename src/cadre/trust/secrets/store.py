"""Queries of secrets, for the org of the work."""

from sqlalchemy import delete, insert, select

from cadre.infra.database import Work
from cadre.trust.secrets.tables import secrets


class SecretStore:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def read(self, name: str) -> bytes | None:
        query = select(secrets.c.sealed).where(
            secrets.c.org_id == self._org, secrets.c.name == name
        )
        return (await self._work.connection.execute(query)).scalar_one_or_none()

    async def write(self, name: str, sealed: bytes, updated_at: float) -> None:
        await self.delete(name)
        await self._work.connection.execute(
            insert(secrets).values(
                org_id=self._org, name=name, sealed=sealed, updated_at=updated_at
            )
        )

    async def delete(self, name: str) -> bool:
        statement = delete(secrets).where(secrets.c.org_id == self._org, secrets.c.name == name)
        return (await self._work.connection.execute(statement)).rowcount > 0

    async def names(self) -> list[str]:
        query = select(secrets.c.name).where(secrets.c.org_id == self._org).order_by(secrets.c.name)
        return list((await self._work.connection.execute(query)).scalars())
