"""Queries of providers and the default model, for the org of the work."""

import time

import orjson
from sqlalchemy import Row, bindparam, delete, insert, select

from cadre.engine.models.schemas import Provider, ProviderInput
from cadre.engine.models.tables import defaults, providers
from cadre.infra.database import Work
from cadre.kernel.ids import OrgId

# Built once: building a statement takes longer than a lookup.
_PROVIDER = select(providers).where(
    providers.c.org_id == bindparam("org_id"), providers.c.name == bindparam("name")
)
_DEFAULT = select(defaults.c.model).where(defaults.c.org_id == bindparam("org_id"))


class ProviderStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def all(self) -> list[Provider]:
        query = select(providers).where(providers.c.org_id == self._org).order_by(providers.c.name)
        return [_provider(row) for row in await self._connection.execute(query)]

    async def get(self, name: str) -> Provider | None:
        values = {"org_id": self._org, "name": name}
        row = (await self._connection.execute(_PROVIDER, values)).one_or_none()
        return _provider(row) if row else None

    async def write(self, name: str, given: ProviderInput) -> None:
        await self.delete(name)
        prices = {model: price.model_dump(mode="json") for model, price in given.prices.items()}
        await self._connection.execute(
            insert(providers).values(
                org_id=self._org,
                name=name,
                kind=given.kind,
                base_url=given.base_url,
                models=orjson.dumps(given.models).decode(),
                prices=orjson.dumps(prices).decode(),
                updated_at=time.time(),
            )
        )

    async def delete(self, name: str) -> bool:
        statement = delete(providers).where(
            providers.c.org_id == self._org, providers.c.name == name
        )
        return (await self._connection.execute(statement)).rowcount > 0

    async def default(self) -> str | None:
        found = await self._connection.execute(_DEFAULT, {"org_id": self._org})
        return found.scalar_one_or_none()

    async def set_default(self, model: str) -> None:
        await self._connection.execute(delete(defaults).where(defaults.c.org_id == self._org))
        await self._connection.execute(insert(defaults).values(org_id=self._org, model=model))


def _provider(row: Row[tuple[str, ...]]) -> Provider:
    return Provider(
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        models=orjson.loads(row.models),
        prices=orjson.loads(row.prices),
        has_key=False,  # the service knows; keys lie elsewhere
        source="stored",
        updated_at=row.updated_at,
    )


async def orgs_with_providers(work: Work) -> list[OrgId]:
    """Every org that entered one, whichever the work is for: probes are sent for all of them."""
    query = select(providers.c.org_id).distinct()
    return [OrgId(org) for org in (await work.connection.execute(query)).scalars()]
