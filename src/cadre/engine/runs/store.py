"""Reads of runs for people and other rooms: always within one org."""

import base64
import time
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Integer, RowMapping, and_, bindparam, false, func, or_, select, tuple_

from cadre.engine.runs.ports import EventRow
from cadre.engine.runs.schemas import Run
from cadre.engine.runs.tables import run_events, run_payloads, runs
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.paging import Page
from cadre.trust.orgs import allowance

_MOST = 200

# Built once: building a statement takes longer than a lookup.
_RUN = select(runs).where(runs.c.id == bindparam("run_id"), runs.c.org_id == bindparam("org_id"))
_OWN_EVENTS = (
    select(run_events)
    .join(runs, runs.c.id == run_events.c.run_id)
    .where(runs.c.org_id == bindparam("org_id"))
)
_EVENTS = (
    _OWN_EVENTS.where(
        run_events.c.run_id == bindparam("run_id"), run_events.c.seq > bindparam("after")
    )
    .order_by(run_events.c.seq)
    .limit(bindparam("most", type_=Integer))
)
_EVENTS_OF = _OWN_EVENTS.where(
    run_events.c.run_id.in_(bindparam("run_ids", expanding=True)),
    run_events.c.type.in_(bindparam("types", expanding=True)),
).order_by(run_events.c.run_id, run_events.c.seq)
_RUNNING = select(func.count()).where(
    runs.c.status == "running", runs.c.due_at.is_not(None), runs.c.org_id == bindparam("org_id")
)
_itself = runs.alias()
_BEFORE = (
    select(runs.c.id)
    .join(
        _itself,
        and_(
            _itself.c.id == bindparam("run_id"),
            _itself.c.org_id == runs.c.org_id,
            _itself.c.session_id == runs.c.session_id,
            _itself.c.kind == runs.c.kind,
            tuple_(runs.c.created_at, runs.c.id) < tuple_(_itself.c.created_at, _itself.c.id),
        ),
    )
    .where(
        runs.c.org_id == bindparam("org_id"),
        runs.c.session_id.is_not(None),
        runs.c.ended_at.is_not(None),
        or_(runs.c.origin.is_(None), runs.c.origin.not_like('%"type":"replay"%')),
    )
    .order_by(runs.c.created_at.desc(), runs.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)


class RunStore:
    """Runs and events of `work.scope.org`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._connection = work.connection
        self._org = work.scope.org

    async def get(self, run_id: str) -> Run | None:
        values = {"run_id": run_id, "org_id": self._org}
        row = (await self._connection.execute(_RUN, values)).mappings().first()
        return None if row is None else _run(row, await self._most_at_once([row]))

    async def running(self) -> int:
        """How many are at work at this moment."""
        return (await self._connection.execute(_RUNNING, {"org_id": self._org})).scalar_one()

    async def page(
        self,
        *,
        statuses: Sequence[str],
        agent: str | None,
        session_id: str | None,
        parent_id: str | None,
        text: str | None,
        started_by: Collection[str] | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Run]:
        """Newest first."""
        limit = max(1, min(limit, _MOST))
        query = select(runs).where(runs.c.org_id == self._org)
        if statuses:
            query = query.where(runs.c.status.in_(statuses))
        for column, value in (
            (runs.c.agent, agent),
            (runs.c.session_id, session_id),
            (runs.c.parent_id, parent_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if started_by is not None:
            # Ids are written as JSON there, and no id of ours holds a quotation mark.
            said = [f'"id":"{_id_of(one)}"' for one in started_by]
            query = query.where(
                or_(false(), *(runs.c.principal.contains(one, autoescape=True) for one in said))
            )
        if text:
            pattern = f"%{_escape(text)}%"
            query = query.where(or_(runs.c.title.ilike(pattern, escape="\\"), runs.c.id == text))
        if cursor is not None:
            at, run_id = _read_cursor(cursor)
            query = query.where(
                or_(runs.c.created_at < at, and_(runs.c.created_at == at, runs.c.id < run_id))
            )
        query = query.order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit + 1)
        rows = (await self._connection.execute(query)).mappings().all()
        most = await self._most_at_once(rows)
        items = [_run(row, most) for row in rows[:limit]]
        return Page(items=items, next=_cursor(rows[limit - 1]) if len(rows) > limit else None)

    async def _most_at_once(self, rows: Sequence[RowMapping]) -> int | None:
        """How many runs the org may have at once, if it has them and one of `rows` waits for that."""
        if not any(_is_ready(row) for row in rows):
            return None
        most = await allowance(self._work, "concurrent_runs")
        return most if most is not None and await self.running() >= most else None

    async def events(self, run_id: str, *, after: int, limit: int) -> list[EventRow]:
        """Events with seq above `after`, in order."""
        values = {"run_id": run_id, "org_id": self._org, "after": after, "most": limit}
        rows = (await self._connection.execute(_EVENTS, values)).all()
        return [EventRow(*row) for row in rows]

    async def before(self, run_id: str, limit: int) -> list[str]:
        """Ids of the ended runs before `run_id` of its session and kind, newest first."""
        values = {"run_id": run_id, "org_id": self._org, "most": limit}
        return list((await self._connection.execute(_BEFORE, values)).scalars())

    async def events_of(self, run_ids: Sequence[str], types: Sequence[str]) -> list[EventRow]:
        """Events of `types`, in order within each run."""
        values = {"run_ids": run_ids, "types": types, "org_id": self._org}
        rows = (await self._connection.execute(_EVENTS_OF, values)).all()
        return [EventRow(*row) for row in rows]

    async def has_payload(self, run_id: str, blob: str) -> bool:
        query = (
            select(run_payloads.c.blob)
            .join(runs, runs.c.id == run_payloads.c.run_id)
            .where(
                run_payloads.c.run_id == run_id,
                run_payloads.c.blob == blob,
                runs.c.org_id == self._org,
            )
        )
        return (await self._connection.execute(query)).first() is not None


def _run(row: RowMapping, most: int | None = None) -> Run:
    nano = Decimal(row["cost_nano_usd"]) / 10**9
    return Run.model_validate(
        {
            **{name: row[name] for name in Run.model_fields if name in row},
            "waiting_for": waiting_for(row, most),
            "error": _json(row["error"]),
            "origin": _json(row["origin"]),
            "cost_usd": None if row["unpriced"] else nano.normalize() + 0,
            "last_seq": row["next_seq"] - 1,
        }
    )


def waiting_for(row: RowMapping, most: int | None = None) -> str | None:
    """One sentence, from the same columns that a claim looks at.

    `most`: so many runs of the org are at work, and it may have no more.
    """
    status, due_at = row["status"], row["due_at"]
    if row["ended_at"] is not None:
        return None
    if row["cancel"] is not None:
        return "It is being cancelled"
    if status == "queued" and due_at is None:
        return "An earlier run of the same session must end first"
    if _is_ready(row):
        crowd = f"The organisation runs as many as it may at once ({most})"
        free = f"A worker that drives runs of kind {row['kind']!r} must be free to take it"
        return free if most is None else crowd
    if status == "running" and _is_due(row):
        return "Its worker has stopped answering; another one must take it over"
    return row["waiting_for"]


def _is_ready(row: RowMapping) -> bool:
    """Whether any worker that has room may take it."""
    if row["cancel"] is not None or row["due_at"] is None:
        return False
    return row["status"] == "queued" or (row["status"] == "waiting" and _is_due(row))


def _is_due(row: RowMapping) -> bool:
    return row["due_at"] is not None and row["due_at"] <= time.time()


def _json(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _id_of(who: str) -> str:
    return who.partition(":")[2]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _cursor(row: RowMapping) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row["created_at"], row["id"]])).decode()


def _read_cursor(cursor: str) -> tuple[float, str]:
    try:
        at, run_id = orjson.loads(base64.urlsafe_b64decode(cursor))
        if "\0" in str(run_id):
            raise ValueError("no id")
        return float(at), str(run_id)
    except (ValueError, TypeError) as error:
        raise Invalid("This cursor is not one that was given out.", field="cursor") from error
