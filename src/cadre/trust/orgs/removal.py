"""Removal: nothing of an org stays, and nothing of any other goes.

What a row leads to is written down before the row is deleted, so that a crash at any point
leaves a removal that can be taken up again: rows, then folders, then blobs, then the org.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, delete, func, select
from sqlalchemy import tuple_ as row_of

from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.kernel.ids import BlobId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.orgs.content import WORKSPACES, Content, Tell, system_scope
from cadre.trust.orgs.references import Found
from cadre.trust.orgs.rows import (
    ORG,
    Fields,
    TenantTable,
    blobs_in,
    pages,
    read_rows,
    tenant_tables,
)
from cadre.trust.orgs.tables import orgs

_BATCH_ROWS = 200
_PAUSE_SECONDS = 0.2
_TELL_EVERY = 50
_KEPT = frozenset({"org_jobs"})


@dataclass(slots=True)
class Removal:
    """One removal; `ledger` is the file of what its rows led to."""

    content: Content
    org: str
    ledger: Path
    tell: Tell
    done: int = 0
    total: int = 0
    blobs: set[str] = field(default_factory=set[str])
    workspaces: set[str] = field(default_factory=set[str])

    async def run(self) -> None:
        await asyncio.to_thread(self._read_ledger)
        self.total = await self._count()
        kept = _KEPT | self.content.chronicle.tables
        for owned in tenant_tables():
            if owned.depth == 0 and owned.name not in kept:
                await self._empty(owned)
        await self._remove_folders()
        await self._remove_blobs()
        async with self.content.database.begin(system_scope(self.org)) as work:
            await self.content.chronicle.forget(work)
            await work.connection.execute(delete(orgs).where(orgs.c.id == self.org))
        await asyncio.to_thread(self.ledger.unlink, missing_ok=True)

    async def _count(self) -> int:
        async with self.content.database.read(system_scope(self.org)) as work:
            counts = [
                (await work.connection.execute(_counting(owned), {ORG: self.org})).scalar_one()
                for owned in tenant_tables()
            ]
        return sum(counts)

    async def _empty(self, owned: TenantTable) -> None:
        """Delete the org's rows of a table, each batch with all that belongs to it."""
        query = select(owned.table).where(owned.condition).limit(_BATCH_ROWS)
        while True:
            self.tell(f"table {owned.name}", self.done, self.total)
            async with self.content.database.begin(system_scope(self.org)) as work:
                rows = await read_rows(work.connection, query, {ORG: self.org})
                if rows:
                    await self._delete(work, owned, rows)
            if len(rows) < _BATCH_ROWS:
                return

    async def _delete(self, work: Work, owned: TenantTable, rows: list[Fields]) -> None:
        for child, parents in _children(owned, rows):
            column = child.parent[0] if child.parent else None
            assert column is not None
            found = select(child.table).where(column.in_(parents)).limit(_BATCH_ROWS)
            while own := await read_rows(work.connection, found, {}):
                await self._delete(work, child, own)
        await asyncio.to_thread(self._write_down, owned, rows)
        keys = [tuple(row[key.name] for key in owned.keys) for row in rows]
        await work.connection.execute(delete(owned.table).where(row_of(*owned.keys).in_(keys)))
        self.done += len(rows)

    def _write_down(self, owned: TenantTable, rows: list[Fields]) -> None:
        blobs = {blob for row in rows for blob in blobs_in(row)} - self.blobs
        column = dict(WORKSPACES).get(owned.name)
        named = {str(row[column]) for row in rows} if column else set[str]()
        workspaces = named - self.workspaces
        self._note(blobs, workspaces)

    def _note(self, blobs: set[str], workspaces: set[str]) -> None:
        """Durable before the rows are gone."""
        if not blobs and not workspaces:
            return
        self.blobs |= blobs
        self.workspaces |= workspaces
        line = json.dumps({"blobs": sorted(blobs), "workspaces": sorted(workspaces)})
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _read_ledger(self) -> None:
        self.ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.ledger.exists():
            return
        for line in self.ledger.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue  # the process died while it wrote: those rows are there still
            self.blobs.update(said["blobs"])
            self.workspaces.update(said["workspaces"])

    async def _remove_folders(self) -> None:
        """The folders, but for one that another org has too."""
        shared = await self._workspaces_of_others()
        for number, workspace in enumerate(sorted(self.workspaces - shared)):
            if number % _TELL_EVERY == 0:
                self.tell("files", number, len(self.workspaces))
            manifest = await self.content.folders.snapshot(workspace)
            if manifest is not None:
                found = await asyncio.to_thread(self.content.references.follow, [manifest])
                await asyncio.to_thread(self._note, found.blobs, set[str]())
            await self.content.folders.delete(workspace)

    async def _workspaces_of_others(self) -> set[str]:
        used = set[str]()
        async with self.content.database.read(system_scope(ALL_ORGS)) as work:
            for name, column in WORKSPACES:
                table = orgs.metadata.tables[name]
                for some in _parts(sorted(self.workspaces)):
                    query = select(table.c[column]).where(table.c[column].in_(some))
                    used.update((await work.connection.execute(query)).scalars())
        return used

    async def _remove_blobs(self) -> None:
        """What the org's rows led to and no row of another org does."""
        references = self.content.references
        own = await asyncio.to_thread(references.follow, self.blobs)
        await asyncio.to_thread(self._note, own.blobs | own.payloads, set[str]())
        if own.blobs or own.payloads:
            await asyncio.sleep(_PAUSE_SECONDS)  # what we put ourselves is clearly older
            looked_at = time.time()
            used = await self._used_by_others()
            await self._forget(self.content.blobs, own.blobs - used.blobs, looked_at)
            await self._forget(self.content.payloads, own.payloads - used.payloads, looked_at)

    async def _used_by_others(self) -> Found:
        mentioned = set[str]()
        async with self.content.database.read(system_scope(ALL_ORGS)) as work:
            for owned in tenant_tables():
                self.tell(f"blobs that {owned.name} needs", 0, len(self.blobs))
                async for page in _everything(work, owned):
                    mentioned.update(blob for row in page for blob in blobs_in(row))
            logos = select(orgs.c.branding).where(orgs.c.id != self.org)
            for row in await read_rows(work.connection, logos, {}):
                mentioned.update(blobs_in(row))
        return await asyncio.to_thread(self.content.references.follow, mentioned)

    async def _forget(self, store: Blobs, ids: set[str], looked_at: float) -> None:
        """What somebody put since we looked who needs it stays."""
        for number, blob in enumerate(sorted(ids)):
            if number % _TELL_EVERY == 0:
                self.tell("blobs", number, len(ids))
            await store.delete(BlobId(blob), unless_put_since=looked_at)


async def sweep(content: Content, org: str) -> int:
    """Delete what was written for `org` after it was gone, by whoever counts in memory."""
    swept, kept = 0, _KEPT | content.chronicle.tables
    async with content.database.begin(system_scope(org)) as work:
        here = select(orgs.c.id).where(orgs.c.id == org)
        if (await work.connection.execute(here)).first() is not None:
            return 0  # it was imported again
        for owned in tenant_tables():
            if owned.name not in kept:
                statement = delete(owned.table).where(owned.condition)
                swept += (await work.connection.execute(statement, {ORG: org})).rowcount
    return swept


def _children(owned: TenantTable, rows: list[Fields]) -> list[tuple[TenantTable, list[Any]]]:
    """The tables that lead to `owned`, and which of its keys `rows` have."""
    found: list[tuple[TenantTable, list[Any]]] = []
    for child in tenant_tables():
        if child.parent is not None and child.parent[1].table is owned.table:
            found.append((child, [row[child.parent[1].name] for row in rows]))
    return found


def _counting(owned: TenantTable) -> Select[Any]:
    return select(func.count()).select_from(owned.table).where(owned.condition)


async def _everything(work: Work, owned: TenantTable) -> AsyncGenerator[list[Fields]]:
    """The rows of every org, where a column could name a blob."""
    if _has_text(owned.table):
        async for page in pages(work.connection, owned, None):
            yield page


def _has_text(table: Table) -> bool:
    return any(column.type.python_type is str for column in table.columns)


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _BATCH_ROWS] for start in range(0, len(ids), _BATCH_ROWS)]
