"""Queries of secrets, for the org of the work."""

from sqlalchemy import bindparam, delete, insert, select

from cadre.infra.database import Work
from cadre.trust.secrets.tables import secrets

# Built once: building a statement takes longer than a lookup.
_SEALED = select(secrets.c.sealed).where(
    secrets.c.org_id == bindparam("org_id"), secrets.c.name == bindparam("name")
)


class SecretStore:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def read(self, name: str) -> bytes | None:
        values = {"org_id": self._org, "name": name}
        return (await self._work.connection.execute(_SEALED, values)).scalar_one_or_none()

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
