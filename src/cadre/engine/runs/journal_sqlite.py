"""The journal on SQLite: one thread writes, one transaction a batch, synchronous=FULL.

Reads have a thread and a connection of their own: WAL lets them go on during a commit.
"""

import asyncio
import json
import sqlite3
import time
from asyncio import Future
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from cadre.engine.runs import sql_sqlite as sql
from cadre.engine.runs.group_commit import GroupCommit, Pending
from cadre.engine.runs.ports import (
    Append,
    Claim,
    EventRow,
    Lease,
    MailRow,
    NewRun,
    Post,
    Pulse,
    Receipt,
    Spent,
    Submit,
    Turn,
    Write,
    Written,
)
from cadre.engine.runs.schemas import ENDED
from cadre.infra.database import Database

Result = TypeVar("Result")
_NOTHING_SPENT = Spent()
_PARENT_ENDED = '{"reason":"The parent run has ended.","by":"parent"}'


class SqliteJournal:
    """`Journal` over a database file that other processes may use too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = ThreadPoolExecutor(1, "runs-write")
        self._reading = ThreadPoolExecutor(1, "runs-read")

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = self._database.sqlite_connection()
        self._reader = self._database.sqlite_connection()
        self._batch = _Batch(self._writer)
        self._commits = GroupCommit(self._commit, _whole)
        self._commits.start()

    async def close(self) -> None:
        await self._commits.close()
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.close()
        self._reader.close()

    def write(self, write: Write) -> "Future[Written]":
        return self._commits.add(write)

    @property
    def is_quiet(self) -> bool:
        return self._commits.is_quiet

    async def cancel(self, run_id: str, org_id: str | None, cancel: str) -> bool:
        return bool(await self._write_now(sql.CANCEL, (run_id, org_id, cancel)))

    async def allowances(self) -> dict[str, int]:
        return dict(await self._read_now(lambda: self._reader.execute(sql.ALLOWANCES).fetchall()))

    async def claim(
        self, lease: Lease, kinds: Sequence[str], limit: int, limited: Sequence[str] = ()
    ) -> list[Claim]:
        return await self._take(sql.CLAIM, lease, limit, _json(kinds), _json(limited))

    async def claim_allowed(
        self, lease: Lease, kinds: Sequence[str], limit: int, allowance: tuple[str, int]
    ) -> list[Claim]:
        return await self._take(sql.CLAIM_ALLOWED, lease, limit, _json(kinds), *allowance)

    async def claim_ending(self, lease: Lease, limit: int) -> list[Claim]:
        return await self._take(sql.CLAIM_ENDING, lease, limit)

    async def renew(self, lease: Lease, held: Sequence[tuple[str, int]]) -> list[Pulse]:
        return await self._loop.run_in_executor(self._writing, self._renew, lease, held)

    async def pulses(self, owner: str, run_ids: Sequence[str]) -> list[Pulse]:
        def read() -> list[Pulse]:
            rows = self._reader.execute(sql.PULSES_ENDING, (owner,)).fetchall()
            for run_id in run_ids:
                rows += self._reader.execute(sql.PULSE, (run_id,)).fetchall()
            return [Pulse(*row) for row in rows]

        return await self._read_now(read)

    async def read(self, run_ids: Sequence[str]) -> list[EventRow]:
        def read() -> list[EventRow]:
            rows: list[Any] = []
            for run_id in run_ids:
                rows += self._reader.execute(sql.READ, (run_id,)).fetchall()
            return [EventRow(*row) for row in rows]

        return await self._read_now(read)

    async def mailbox(self, run_id: str) -> list[MailRow]:
        def read() -> list[MailRow]:
            rows = self._reader.execute(sql.MAILBOX, (run_id,)).fetchall()
            return [MailRow(*row) for row in rows]

        return await self._read_now(read)

    async def advance_sessions(self) -> int:
        def advance() -> int:
            stalled = self._writer.execute(sql.STALLED_SESSIONS).fetchall()
            now = time.time()
            return sum(
                self._writer.execute(sql.ADVANCE_SESSION, (*session, now)).rowcount
                for session in stalled
            )

        return await self._loop.run_in_executor(self._writing, advance)

    async def next_due(self, limited: Sequence[str] = ()) -> float | None:
        def read() -> float | None:
            due = self._reader.execute(sql.NEXT_DUE, (_json(limited),)).fetchone()[0]
            return None if due is None else due - time.time()

        return await self._read_now(read)

    def listen(self, on_wake: Callable[[], None]) -> None:
        """SQLite can't tell; whoever waits for other processes polls."""

    async def _commit(self, writes: Sequence[Write]) -> Sequence[Written]:
        return await self._loop.run_in_executor(self._writing, self._batch.commit, writes)

    async def _read_now(self, read: Callable[[], Result]) -> Result:
        return await self._loop.run_in_executor(self._reading, read)

    async def _write_now(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        def write() -> list[Any]:
            return self._writer.execute(statement, values).fetchall()

        return await self._loop.run_in_executor(self._writing, write)

    async def _take(self, statement: str, lease: Lease, limit: int, *more: object) -> list[Claim]:
        values = (lease.owner, time.time(), lease.seconds, limit, *more)
        return [Claim(*row) for row in await self._write_now(statement, values)]

    def _renew(self, lease: Lease, held: Sequence[tuple[str, int]]) -> list[Pulse]:
        until = time.time() + lease.seconds
        renewed: list[Any] = []
        self._writer.execute("begin immediate")
        for run_id, fence in held:
            renewed += self._writer.execute(sql.RENEW, (run_id, fence, until)).fetchall()
        self._writer.execute("commit")
        return [Pulse(*row) for row in renewed]


def _json(values: Sequence[str]) -> str:
    return json.dumps(list(values))


def _whole(pending: list[Pending]) -> list[list[Pending]]:
    return [pending]


class _Batch:
    """One transaction of many writes, on the writing thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._events: list[tuple[object, ...]] = []

    def commit(self, writes: Sequence[Write]) -> list[Written]:
        self._execute("begin immediate")
        try:
            results = [self._write(write) for write in writes]
            if self._events:
                self._connection.executemany(sql.EVENTS, self._events)
            self._execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                self._execute("rollback")
            raise
        finally:
            self._events.clear()
        return results

    def _write(self, write: Write) -> Written:
        if isinstance(write, Append):
            return self._append(write)
        if isinstance(write, Submit):
            return self._submit(write.run, write.hot)
        return self._post(write)

    def _append(self, item: Append) -> Receipt | None:
        spent = item.spent or _NOTHING_SPENT
        entries = item.entries
        now = entries[-1].at if entries else time.time()
        values = (
            *(item.seq, len(entries), item.waiting_for, now, spent.cost_nano_usd, spent.unpriced),
            *(spent.input_tokens, spent.output_tokens, spent.steps, item.run_id, item.fence),
        )
        turn = item.turn
        if turn is None:
            row = self._execute(sql.STEP, values).fetchone()
        else:
            ended_at = now if turn.status in ENDED else None
            change = (turn.status, turn.due_at, turn.seen, turn.error, ended_at)
            row = self._execute(sql.TURN, (*values, *change)).fetchone()
        if row is None:
            return None
        self._add_events(item.run_id, item.seq, entries)
        if item.drained or item.children or item.payloads or turn is not None:
            self._follow_up(item, turn)
        return Receipt(*row)

    def _add_events(self, run_id: str, seq: int, entries: Sequence[Any]) -> None:
        for place, (kind, key, data, at) in enumerate(entries, seq):
            self._events.append((run_id, place, at, kind, key, data))

    def _follow_up(self, item: Append, turn: Turn | None) -> None:
        for key, seq in item.drained:
            self._execute(sql.DRAIN, (item.run_id, key, seq))
        for blob in item.payloads:
            self._execute(sql.PAYLOADS, (item.run_id, blob))
        for child in item.children:
            self._submit(child, None)
        if turn is not None and turn.status in ENDED:
            self._ended(item, turn)

    def _ended(self, item: Append, turn: Turn) -> None:
        if turn.has_children:
            self._execute(sql.CANCEL_CHILDREN, (item.run_id, _PARENT_ENDED))
        if item.parent_id and turn.tell is not None:
            name = turn.tell_name
            self._post(Post(item.parent_id, None, name, name, None, turn.tell, item.payloads))
        if item.session is not None:
            self._execute(sql.ADVANCE_SESSION, (*item.session, time.time()))

    def _submit(self, run: NewRun, hot: Lease | None) -> str | None:
        is_behind = run.session_id is not None and self._session_is_busy(run)
        is_hot = hot is not None and not is_behind
        status = "running" if is_hot else "queued"
        now = time.time()
        due_at = None if is_behind else now + (hot.seconds if hot and is_hot else 0)
        turn = int(run.session_id is not None and not is_behind)
        values = (
            *(run.id, run.org_id, run.project_id, run.environment, run.principal, run.kind),
            *(run.agent, run.title, status, run.session_id, turn, run.parent_id, run.parent_key),
            *(run.workspace_id, run.priority, run.deadline, run.origin, run.created_at),
            *(len(run.entries), run.mail, run.steps, int(is_hot)),
            *(hot.owner if hot and is_hot else None, due_at),
        )
        if self._execute(sql.SUBMIT, values).rowcount == 0:
            return None
        self._add_events(run.id, 0, run.entries)
        for blob in run.payloads:
            self._execute(sql.PAYLOADS, (run.id, blob))
        return status

    def _session_is_busy(self, run: NewRun) -> bool:
        found = self._execute(sql.SESSION_IS_BUSY, (run.org_id, run.session_id)).fetchone()
        return found is not None

    def _post(self, post: Post) -> bool:
        values = (post.run_id, post.key, time.time(), post.name, post.sender, post.data)
        if self._execute(sql.POST, (*values, post.org_id)).rowcount == 0:
            return False
        self._execute(sql.MAIL_CAME, (post.run_id, time.time()))
        for blob in post.payloads:
            self._execute(sql.PAYLOADS, (post.run_id, blob))
        return True
