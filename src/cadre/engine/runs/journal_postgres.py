"""The journal on PostgreSQL: one writing connection a process, one statement a batch.

Claims and reads have connections of their own, so that nobody who looks delays who writes.
"""

import asyncio
import time
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any

import asyncpg
import orjson

from cadre.engine.runs import sql_postgres as sql
from cadre.engine.runs.group_commit import GroupCommit, Pending
from cadre.engine.runs.ports import (
    Append,
    Claim,
    Entry,
    EventRow,
    Lease,
    MailRow,
    NewRun,
    Post,
    Pulse,
    Receipt,
    Spent,
    Submit,
    Write,
    Written,
)
from cadre.engine.runs.postgres_connection import Connection
from cadre.engine.runs.schemas import ENDED
from cadre.infra.database import Database

# Smaller than what gathers under load: the server works on one batch while we make the next.
_MOST_APPENDS = 160
_NOTHING_SPENT = Spent()
_PARENT_ENDED = '{"reason":"The parent run has ended.","by":"parent"}'
_CLAIM_COLUMNS = [column.name for column in fields(Claim) if column.name != "events"]


class PostgresJournal:
    """`Journal` over a PostgreSQL that other processes use too."""

    def __init__(self, database: Database) -> None:
        self._writer = Connection(database)
        self._claimer = Connection(database)
        self._reader = Connection(database)
        self._listener = Connection(database)
        self._listening: asyncio.Task[None] | None = None
        self._wakers: list[Callable[[], None]] = []

    async def open(self) -> None:
        for connection in (self._writer, self._claimer, self._reader):
            await connection.warm()
        self._commits = GroupCommit(self._commit, _split)
        self._commits.start()

    async def close(self) -> None:
        await self._commits.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        for connection in (self._writer, self._claimer, self._reader, self._listener):
            await connection.close()

    def write(self, write: Write) -> "Future[Written]":
        return self._commits.add(write)

    @property
    def is_quiet(self) -> bool:
        return self._commits.is_quiet

    async def cancel(self, run_id: str, org_id: str | None, cancel: str) -> bool:
        return bool(await self._claimer.fetch(sql.CANCEL, run_id, org_id, cancel))

    async def allowances(self) -> dict[str, int]:
        return {row[0]: row[1] for row in await self._reader.fetch(sql.ALLOWANCES)}

    async def claim(
        self, lease: Lease, kinds: Sequence[str], limit: int, limited: Sequence[str] = ()
    ) -> list[Claim]:
        return await self._take(sql.CLAIM, lease, limit, list(kinds), list(limited))

    async def claim_allowed(
        self, lease: Lease, kinds: Sequence[str], limit: int, allowance: tuple[str, int]
    ) -> list[Claim]:
        org, most = allowance
        await self._claimer.fetch(sql.ALLOW, org)
        try:
            return await self._take(sql.CLAIM_ALLOWED, lease, limit, list(kinds), org, most)
        finally:
            await self._claimer.fetch(sql.ALLOWED, org)

    async def claim_ending(self, lease: Lease, limit: int) -> list[Claim]:
        return await self._take(sql.CLAIM_ENDING, lease, limit)

    async def renew(self, lease: Lease, held: Sequence[tuple[str, int]]) -> list[Pulse]:
        ids, fences = [run_id for run_id, _ in held], [fence for _, fence in held]
        rows = await self._writer.fetch(sql.RENEW, lease.seconds, ids, fences)
        return [Pulse(*row) for row in rows]

    async def pulses(self, owner: str, run_ids: Sequence[str]) -> list[Pulse]:
        rows = await self._reader.fetch(sql.PULSES, owner, run_ids)
        return [Pulse(*row) for row in rows]

    async def read(self, run_ids: Sequence[str]) -> list[EventRow]:
        rows = await self._reader.fetch(sql.READ, run_ids)
        return [EventRow(*row) for row in rows]

    async def mailbox(self, run_id: str) -> list[MailRow]:
        rows = await self._reader.fetch(sql.MAILBOX, run_id)
        return [MailRow(*row) for row in rows]

    async def advance_sessions(self) -> int:
        stalled = await self._reader.fetch(sql.STALLED_SESSIONS)
        return await self._advance([(row[0], row[1]) for row in stalled])

    async def next_due(self, limited: Sequence[str] = ()) -> float | None:
        rows = await self._reader.fetch(sql.NEXT_DUE, list(limited))
        return rows[0][0]

    def listen(self, on_wake: Callable[[], None]) -> None:
        self._wakers.append(on_wake)
        if self._listening is None:
            listening = self._listener.listen(sql.CHANNEL, self._wake)
            self._listening = asyncio.get_running_loop().create_task(listening, name="runs: listen")

    def _wake(self) -> None:
        for waker in self._wakers:
            waker()

    async def _take(self, statement: str, lease: Lease, limit: int, *more: object) -> list[Claim]:
        rows = await self._claimer.fetch(statement, lease.owner, lease.seconds, limit, *more)
        return [Claim(*row) for row in rows]

    async def _commit(self, writes: Sequence[Write]) -> Sequence[Written]:
        if isinstance(writes[0], Append):
            return await self._append([item for item in writes if isinstance(item, Append)])
        if isinstance(writes[0], Submit):
            return await self._submit([item for item in writes if isinstance(item, Submit)])
        return await self._post([item for item in writes if isinstance(item, Post)])

    async def _append(self, items: list[Append]) -> Sequence[Written]:
        merged = _merge(items)
        is_plain = all(_is_plain(item) for item in merged)
        columns = _append_columns(merged)
        if is_plain:
            rows = await self._writer.fetch(sql.STEP, *columns)
        else:
            more = (*_turn_columns(merged), *_follow_up_columns(merged), _PARENT_ENDED)
            rows = await self._writer.fetch(sql.TURN, *columns, *more)
        receipts = {row[0]: Receipt(row[1], row[2], row[3]) for row in rows}
        ended = [i.session for i in merged if i.session and i.turn and i.turn.status in ENDED]
        if ended:
            await self._advance(ended)
        return [receipts.get(item.run_id) for item in items]

    async def _submit(self, items: list[Submit]) -> Sequence[Written]:
        statuses = await self._insert(items, behind=False)
        lost = [i for i in items if i.run.session_id and i.run.id not in statuses]
        if lost:
            statuses |= await self._insert(lost, behind=True)
        behind = [(i.run.org_id, i.run.session_id) for i in items if i.run.session_id]
        if behind:  # the one before may have ended between our look and our insert
            await self._advance(behind)
        return [statuses.get(item.run.id) for item in items]

    async def _insert(self, items: list[Submit], *, behind: bool) -> dict[str, str]:
        rows = await self._writer.fetch(
            sql.SUBMIT,
            orjson.dumps([_new_run(i.run, i.hot, behind=behind) for i in items]).decode(),
            *_event_columns((i.run.id, i.run.entries) for i in items),
            *_columns([(i.run.id, blob) for i in items for blob in i.run.payloads], 2),
        )
        return {row[0]: row[1] for row in rows}

    async def _post(self, items: list[Post]) -> Sequence[Written]:
        rows = await self._writer.fetch(
            sql.POST,
            *_columns([(i.run_id, i.org_id, i.key, i.name, i.sender, i.data) for i in items], 6),
            *_columns([(i.run_id, i.key, blob) for i in items for blob in i.payloads], 3),
        )
        new = {(row[0], row[1]) for row in rows}
        results: list[Written] = []
        for item in items:  # the same key twice in one batch is new only once
            results.append((item.run_id, item.key) in new)
            new.discard((item.run_id, item.key))
        return results

    async def _advance(self, sessions: Sequence[tuple[str, str | None]]) -> int:
        if not sessions:
            return 0
        try:
            return len(await self._writer.fetch(sql.ADVANCE, *_columns(sessions, 2)))
        except asyncpg.UniqueViolationError:  # another process gave one of them the turn just now
            if len(sessions) == 1:
                return 0
            return sum([await self._advance([session]) for session in sessions])


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _split(pending: list[Pending]) -> list[list[Pending]]:
    """By kind of write; and appends so that no row is changed twice by one statement."""
    submits = [item for item in pending if isinstance(item[0], Submit)]
    posts = [item for item in pending if isinstance(item[0], Post)]
    return [batch for batch in (submits, *_split_appends(pending), posts) if batch]


def _split_appends(pending: list[Pending]) -> Iterable[list[Pending]]:
    batch: list[Pending] = []
    last: dict[str, Append] = {}
    parents: set[str] = set()  # of runs in the batch
    ending: set[str] = set()
    told: set[str] = set()  # parents of those
    for write, future in pending:
        if not isinstance(write, Append):
            continue
        is_ending = write.turn is not None and write.turn.status in ENDED
        before = last.get(write.run_id)
        parent = write.parent_id or ""
        if (
            len(batch) == _MOST_APPENDS
            or (before is not None and not _continues(before, write))
            or parent in ending
            or write.run_id in told
            or (is_ending and (parent in last or write.run_id in parents))
        ):
            yield batch
            batch, last, parents, ending, told = [], {}, set(), set(), set()
        batch.append((write, future))
        last[write.run_id] = write
        parents.add(parent)
        if is_ending:
            ending.add(write.run_id)
            told.add(parent)
    yield batch


def _continues(before: Append, after: Append) -> bool:
    return (
        before.fence == after.fence
        and before.seq + len(before.entries) == after.seq
        and before.turn is None
    )


def _merge(items: list[Append]) -> list[Append]:
    """Contiguous appends of one run become one; sorted, so that processes lock alike."""
    merged: dict[str, Append] = {}
    for item in items:
        before = merged.get(item.run_id)
        merged[item.run_id] = item if before is None else _join(before, item)
    return [merged[run_id] for run_id in sorted(merged)]


def _join(before: Append, after: Append) -> Append:
    a, b = before.spent or _NOTHING_SPENT, after.spent or _NOTHING_SPENT
    return Append(
        run_id=before.run_id,
        fence=before.fence,
        seq=before.seq,
        entries=[*before.entries, *after.entries],
        waiting_for=after.waiting_for,
        turn=after.turn,
        spent=Spent(
            a.steps + b.steps,
            a.cost_nano_usd + b.cost_nano_usd,
            a.unpriced + b.unpriced,
            a.input_tokens + b.input_tokens,
            a.output_tokens + b.output_tokens,
        ),
        drained=[*before.drained, *after.drained],
        children=[*before.children, *after.children],
        parent_id=after.parent_id,
        payloads=[*before.payloads, *after.payloads],
        session=after.session,
    )


def _is_plain(item: Append) -> bool:
    return item.turn is None and not (item.drained or item.children or item.payloads)


def _append_columns(items: list[Append]) -> list[list[Any]]:
    rows: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    for item in items:
        run_id, fence, entries, spent = item.run_id, item.fence, item.entries, item.spent
        spent = spent or _NOTHING_SPENT
        seq = item.seq
        rows.append(
            (
                *(run_id, fence, seq, len(entries), item.waiting_for),
                *(entries[-1].at if entries else time.time(), spent.cost_nano_usd, spent.unpriced),
                *(spent.input_tokens, spent.output_tokens, spent.steps),
            )
        )
        for place, (kind, key, data, at) in enumerate(entries, seq):
            events.append((run_id, fence, place, at, kind, key, data))
    return [*_columns(rows, 11), *_columns(events, 7)]


def _turn_columns(items: list[Append]) -> list[list[Any]]:
    rows: list[tuple[Any, ...]] = []
    for item in items:
        turn = item.turn
        if turn is None:
            rows.append((None, None, 0, None, None))
        else:
            ended_at = time.time() if turn.status in ENDED else None
            rows.append((turn.status, turn.due_at, turn.seen, turn.error, ended_at))
    return _columns(rows, 5)


def _follow_up_columns(items: list[Append]) -> list[Any]:
    drained = [(i.run_id, i.fence, key, seq) for i in items for key, seq in i.drained]
    payloads = [(i.run_id, i.fence, i.run_id, blob) for i in items for blob in i.payloads]
    tells: list[tuple[Any, ...]] = []
    children: list[dict[str, Any]] = []
    born: list[tuple[str, list[Entry]]] = []
    for item in items:
        for child in item.children:
            children.append(_new_run(child, None, behind=False) | {"fence": item.fence})
            born.append((child.id, child.entries))
            payloads += [(item.run_id, item.fence, child.id, blob) for blob in child.payloads]
        turn = item.turn
        if turn is not None and item.parent_id and turn.tell is not None:
            tells.append((item.run_id, item.fence, item.parent_id, turn.tell_name, turn.tell))
            payloads += [(item.run_id, item.fence, item.parent_id, b) for b in item.payloads]
    return [
        *_columns(drained, 4),
        *_columns(payloads, 4),
        orjson.dumps(children).decode(),
        *_event_columns(born),
        *_columns(tells, 5),
    ]


def _event_columns(runs: Iterable[tuple[str, Sequence[Entry]]]) -> list[list[Any]]:
    rows = [
        (run_id, seq, entry.at, entry.type, entry.key, entry.data)
        for run_id, entries in runs
        for seq, entry in enumerate(entries)
    ]
    return _columns(rows, 6)


def _new_run(run: NewRun, hot: Lease | None, *, behind: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: getattr(run, name) for name in NewRun.__slots__ if name not in ("entries", "payloads")
    }
    row["next_seq"] = len(run.entries)
    row["hot"] = hot.owner if hot else None
    row["seconds"] = hot.seconds if hot else 0
    row["behind"] = behind
    return row
