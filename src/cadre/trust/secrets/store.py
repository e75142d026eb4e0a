"""Queries of secrets and their versions, for the org of the work."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from cadre.infra.database import Work
from cadre.trust.secrets.tables import secret_data_keys as keys
from cadre.trust.secrets.tables import secret_versions as versions
from cadre.trust.secrets.tables import secrets

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it lies in the database, with the data key that it was sealed under."""

    name: str
    version: int
    generation: int
    sealed: bytes
    updated_at: float
    updated_by: str | None
    wrapped: bytes | None = None
    wrapped_by: str | None = None


def _with_key(table: Any) -> Any:
    """A row of `table` with its data key: one statement, so that no rotation comes in between."""
    columns = [table.c[name] for name in ("name", "version", "generation", "sealed")]
    columns += [table.c.updated_at, table.c.updated_by, keys.c.wrapped, keys.c.wrapped_by]
    is_its_key = (keys.c.org_id == table.c.org_id) & (keys.c.generation == table.c.generation)
    return (
        select(*columns)
        .select_from(table.outerjoin(keys, is_its_key))
        .where(table.c.org_id == bindparam("org_id"))
    )


# Built once: building a statement takes longer than a lookup.
_CURRENT = _with_key(secrets).where(secrets.c.name == bindparam("name"))
_VERSION = _with_key(versions).where(
    versions.c.name == bindparam("name"),
    versions.c.version == bindparam("version"),
    versions.c.expires_at > bindparam("now"),
)
_LOCKED = (
    select(secrets)
    .where(secrets.c.org_id == bindparam("org_id"), secrets.c.name == bindparam("name"))
    .with_for_update()
)
_ALL_VERSIONS = union_all(
    select(secrets.c.name, secrets.c.version).where(secrets.c.org_id == bindparam("org_id")),
    select(versions.c.name, versions.c.version).where(
        versions.c.org_id == bindparam("org_id"), versions.c.expires_at > bindparam("now")
    ),
)
_HOSTS = select(secrets.c.hosts).where(
    secrets.c.org_id == bindparam("org_id"), secrets.c.name == bindparam("name")
)
_BEHIND = {
    table: _with_key(table)
    .where(
        table.c.generation < bindparam("generation"),
        (table.c.name > bindparam("after"))
        | ((table.c.name == bindparam("after")) & (table.c.version > bindparam("after_version"))),
    )
    .order_by(table.c.name, table.c.version)
    .limit(bindparam("most"))
    .with_for_update(of=table)
    for table in (secrets, versions)
}
TABLES = (secrets, versions)


class SecretStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def current(self, name: str) -> Sealed | None:
        return await self._one(_CURRENT, name=name)

    async def version(self, name: str, version: int, now: float) -> Sealed | None:
        """A former version that is still kept."""
        return await self._one(_VERSION, name=name, version=version, now=now)

    async def locked(self, name: str) -> RowMapping | None:
        """The row as it is, which nobody else changes before this work is over."""
        given = {"org_id": self._org, "name": name}
        return (await self._connection.execute(_LOCKED, given)).mappings().one_or_none()

    async def write(self, value: Sealed) -> None:
        row = {
            "org_id": self._org,
            "name": value.name,
            "sealed": value.sealed,
            "updated_at": value.updated_at,
            "generation": value.generation,
            "version": value.version,
            "updated_by": value.updated_by,
        }
        statement = _INSERTS[self._connection.dialect.name](secrets).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "name"], set_=row)
        )

    async def keep(self, row: RowMapping, expires_at: float) -> None:
        """Keep what a newer version replaces."""
        kept = {name: value for name, value in row.items() if name in versions.c}
        await self._connection.execute(insert(versions).values(**kept, expires_at=expires_at))

    async def delete(self, name: str) -> bool:
        await self._connection.execute(
            delete(versions).where(versions.c.org_id == self._org, versions.c.name == name)
        )
        statement = delete(secrets).where(secrets.c.org_id == self._org, secrets.c.name == name)
        return (await self._connection.execute(statement)).rowcount > 0

    async def names(self) -> list[str]:
        query = select(secrets.c.name).where(secrets.c.org_id == self._org).order_by(secrets.c.name)
        return list((await self._connection.execute(query)).scalars())

    async def all(self) -> Sequence[RowMapping]:
        """What may be shown of each, without the values."""
        columns = (secrets.c.name, secrets.c.version, secrets.c.updated_at, secrets.c.updated_by)
        query = select(*columns, secrets.c.hosts).where(secrets.c.org_id == self._org)
        rows = await self._connection.execute(query.order_by(secrets.c.name))
        return rows.mappings().all()

    async def all_versions(self, now: float) -> Sequence[tuple[str, int]]:
        """The names and versions of everything that is kept."""
        given = {"org_id": self._org, "now": now}
        rows = await self._connection.execute(_ALL_VERSIONS, given)
        return [(name, version) for name, version in rows]

    async def hosts(self, name: str) -> Sequence[str]:
        """The origins that the value may be sent to."""
        found = await self._connection.execute(_HOSTS, {"org_id": self._org, "name": name})
        return read_hosts(found.scalar_one_or_none())

    async def put_hosts(self, name: str, hosts: Sequence[str]) -> bool:
        """False if there is no such secret."""
        changed = await self._connection.execute(
            update(secrets)
            .where(secrets.c.org_id == self._org, secrets.c.name == name)
            .values(hosts=json.dumps(list(hosts)))
        )
        return changed.rowcount > 0

    async def former(self, name: str, now: float) -> Sequence[RowMapping]:
        """The former versions that are still kept, newest first."""
        shown = (versions.c.version, versions.c.updated_at, versions.c.updated_by)
        query = (
            select(*shown, versions.c.expires_at)
            .where(
                versions.c.org_id == self._org,
                versions.c.name == name,
                versions.c.expires_at > now,
            )
            .order_by(versions.c.version.desc())
        )
        return (await self._connection.execute(query)).mappings().all()

    async def count_behind(self, generation: int) -> int:
        """How many values are under older data keys than that of `generation`."""
        found = 0
        for table in TABLES:
            query = (
                select(func.count())
                .select_from(table)
                .where(table.c.org_id == self._org, table.c.generation < generation)
            )
            found += (await self._connection.execute(query)).scalar_one()
        return found

    async def behind(
        self, table: Any, generation: int, after: tuple[str, int], most: int
    ) -> list[Sealed]:
        """Some of those, in the order of their names."""
        given = {
            "org_id": self._org,
            "generation": generation,
            "after": after[0],
            "after_version": after[1],
            "most": most,
        }
        rows = await self._connection.execute(_BEHIND[table], given)
        return [Sealed(**row) for row in rows.mappings()]

    async def reseal(self, table: Any, value: Sealed, generation: int, sealed: bytes) -> None:
        """The same value under another data key."""
        await self._connection.execute(
            update(table)
            .where(
                table.c.org_id == self._org,
                table.c.name == value.name,
                table.c.version == value.version,
                table.c.generation == value.generation,
            )
            .values(sealed=sealed, generation=generation)
        )

    async def _one(self, statement: Any, **given: Any) -> Sealed | None:
        result = await self._connection.execute(statement, {"org_id": self._org, **given})
        row = result.mappings().one_or_none()
        return None if row is None else Sealed(**row)


def read_hosts(text: str | None) -> list[str]:
    """As they are stored: none where nobody has said any."""
    return json.loads(text) if text else []


async def forget_expired(work: Work, now: float) -> None:
    """Delete the former versions, of all orgs, whose time is over."""
    await work.connection.execute(delete(versions).where(versions.c.expires_at <= now))
