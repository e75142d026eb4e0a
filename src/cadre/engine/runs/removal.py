"""Removal of ended runs: their journals, mailboxes and payloads, and what they lead to."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson
from sqlalchemy import delete, select, update

from cadre.engine.runs.tables import run_events, run_payloads, run_signals, runs
from cadre.infra.database import Connection, Work
from cadre.kernel.ids import BlobId

_BLOB = re.compile(r"sha256:[0-9a-f]{64}")


class Folders(Protocol):
    """The files of workspaces, by the workspace's id."""

    async def snapshot(self, workspace: str) -> BlobId | None:
        """Keep the content as blobs and return their manifest; None if there is no such folder."""
        ...

    async def delete(self, workspace: str) -> None:
        """Remove the folder; nothing happens if there is none."""
        ...


@dataclass(slots=True)
class Removed:
    """What removed runs led to. `workspaces` are those that were theirs alone."""

    runs: int = 0
    payloads: set[str] = field(default_factory=set[str])
    blobs: set[str] = field(default_factory=set[str])
    workspaces: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Family:
    """Runs that go together: `ended` can be removed, `alive` have to end first."""

    ended: list[str] = field(default_factory=list[str])
    alive: list[str] = field(default_factory=list[str])


async def remove(work: Work, ids: Sequence[str], *, with_blobs: bool = False) -> Removed:
    """Delete the runs `ids` of the work's org, which have ended. `with_blobs`: say all they named."""
    connection, removed = work.connection, Removed(len(ids))
    if not ids:
        return removed
    payloads = select(run_payloads.c.blob).distinct().where(run_payloads.c.run_id.in_(ids))
    removed.payloads = set((await connection.execute(payloads)).scalars())
    # Runs of a conversation work in its folder, which stays as long as the conversation.
    own = select(runs.c.id).where(runs.c.id.in_(ids), runs.c.workspace_id == runs.c.id)
    removed.workspaces = list((await connection.execute(own)).scalars())
    if with_blobs:
        removed.blobs = removed.payloads | await _named(connection, ids)
    for table in (run_events, run_signals, run_payloads):
        await connection.execute(delete(table).where(table.c.run_id.in_(ids)))
    orphans = update(runs).where(runs.c.parent_id.in_(ids)).values(parent_id=None)
    await connection.execute(orphans)
    await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
    return removed


async def family_of(work: Work, ids: Iterable[str]) -> Family:
    """`ids` with their children, and theirs, and every copy of one: forks and replays."""
    found: dict[str, bool] = {}
    copies, pending = await _copies(work), list(ids)
    while pending:
        query = select(runs.c.id, runs.c.ended_at, runs.c.parent_id)
        own = (runs.c.org_id == work.scope.org) & (
            runs.c.id.in_(pending) | runs.c.parent_id.in_(pending)
        )
        rows = (await work.connection.execute(query.where(own))).all()
        fresh = {row.id: row.ended_at is not None for row in rows if row.id not in found}
        found |= fresh
        further = [copy for run in fresh for copy in copies.get(run, ()) if copy not in found]
        pending = [run for run in fresh if run not in set(pending)] + further
    return Family(
        [run for run, is_over in found.items() if is_over],
        [run for run, is_over in found.items() if not is_over],
    )


async def of_session(work: Work, session: str) -> Family:
    """The runs of a session with all that belongs to them."""
    query = select(runs.c.id).where(runs.c.org_id == work.scope.org, runs.c.session_id == session)
    ids = list((await work.connection.execute(query)).scalars())
    return await family_of(work, ids) if ids else Family()


async def starters_of(work: Work, session: str) -> dict[str, str]:
    """Who began each run of a session, as "user:usr_1"."""
    query = select(runs.c.id, runs.c.principal)
    mine = (runs.c.org_id == work.scope.org) & (runs.c.session_id == session)
    found: dict[str, str] = {}
    for run, principal in await work.connection.execute(query.where(mine)):
        said = orjson.loads(principal)
        found[run] = f"{said['kind']}:{said['id']}"
    return found


class Workplaces:
    """Folders that are about to go: what is in them is known before they do."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._manifests: dict[str, BlobId | None] = {}

    def unseen(self, workspaces: Iterable[str]) -> list[str]:
        return [each for each in workspaces if each not in self._manifests]

    def looking_into(self, workspaces: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """What keeps their content as blobs. It takes its time, so no transaction waits for it."""

        async def look() -> None:
            for each in workspaces:
                self._manifests[each] = await self._folders.snapshot(each)

        return look

    def blobs(self, workspaces: Iterable[str]) -> set[str]:
        """What leads to all that is in them."""
        found = (self._manifests.get(each) for each in workspaces)
        return {blob for blob in found if blob is not None}

    def deleting(self, workspaces: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """What removes them, once their rows are gone for good."""

        async def delete_all() -> None:
            for each in workspaces:
                await self._folders.delete(each)
                self._manifests.pop(each, None)

        return delete_all


async def _named(connection: Connection, ids: Sequence[str]) -> set[str]:
    query = select(run_events.c.data).where(
        run_events.c.run_id.in_(ids), run_events.c.data.contains("sha256:")
    )
    found = (await connection.execute(query)).scalars()
    return {blob for data in found for blob in _BLOB.findall(data)}


async def _copies(work: Work) -> dict[str, list[str]]:
    """The forks and replays of each run; there are few in any org."""
    query = select(runs.c.id, runs.c.origin)
    mine = (runs.c.org_id == work.scope.org) & runs.c.origin.is_not(None)
    found: dict[str, list[str]] = {}
    for run, origin in await work.connection.execute(query.where(mine)):
        found.setdefault(orjson.loads(origin)["run_id"], []).append(run)
    return found
