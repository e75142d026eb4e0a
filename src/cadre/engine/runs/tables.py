"""Tables of the run engine. The journal's hot path speaks SQL of its own to these same tables.

No column that a plain step changes is indexed, so that PostgreSQL updates the row in place
(HOT); and every partial index holds only what is alive, so that it stays small for ever.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from cadre.infra.database import Parent, metadata

_OF_RUN = {"tenant": Parent("run_id", "runs")}

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("principal", Text, nullable=False),  # JSON {kind, id, name}
    Column("kind", Text, nullable=False),
    Column("agent", Text),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("waiting_for", Text),
    Column("session_id", Text),
    # 1: this run has its session's turn; 0: it stands behind another, or has ended.
    Column("session_turn", Integer, nullable=False, server_default="0"),
    Column("parent_id", Text),
    Column("parent_key", Text),
    Column("workspace_id", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("lease_owner", Text),
    # running: end of the lease; waiting: next timer; queued: since when it may be claimed.
    Column("due_at", Double),
    Column("next_seq", Integer, nullable=False, server_default="0"),
    Column("mail", Integer, nullable=False, server_default="0"),  # signals ever received
    Column("crashes", Integer, nullable=False, server_default="0"),  # takeovers since it last wrote
    Column("cancel", Text),  # JSON {reason, by}: somebody wants it to end
    Column("deadline", Double),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("cost_nano_usd", BigInteger, nullable=False, server_default="0"),
    Column("unpriced", Integer, nullable=False, server_default="0"),  # steps of unknown price
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("steps", Integer, nullable=False, server_default="0"),
    Column("error", Text),  # JSON {code, detail}
    Column("origin", Text),  # JSON {type, run_id, seq}
    postgresql_with={"fillfactor": 70},
)


def _partial(name: str, *columns: ColumnElement[Any], where: str, unique: bool = False) -> None:
    condition = text(where)
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_row = runs.c
_partial(
    "runs_ready",
    _row.priority.desc(),
    _row.due_at,
    where="status = 'queued' and due_at is not null",
)
_partial("runs_leased", _row.due_at, where="status = 'running' and due_at is not null")
_partial("runs_timed", _row.due_at, where="status = 'waiting' and due_at is not null")
_partial("runs_ending", _row.id, where="cancel is not null and ended_at is null")
_partial("runs_deadline", _row.deadline, where="deadline is not null and ended_at is null")
_partial("runs_turn", _row.org_id, _row.session_id, where="session_turn = 1", unique=True)
_partial(
    "runs_behind",
    _row.org_id,
    _row.session_id,
    where="status = 'queued' and due_at is null and session_turn = 0",
)
_partial("runs_children", _row.parent_id, where="parent_id is not null")
_partial(
    "runs_session",
    _row.org_id,
    _row.session_id,
    _row.created_at,
    where="session_id is not null",
)
_partial("runs_ended", _row.org_id, _row.ended_at, where="ended_at is not null")
Index("runs_listing", _row.org_id, _row.created_at, _row.id)

# A rowid table on SQLite on purpose: WITHOUT ROWID cost three times more an append at 4 KB.
run_events = Table(
    "run_events",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text),
    Column("data", Text, nullable=False),  # JSON; text, because jsonb refuses \u0000
    info=_OF_RUN,
)

# A row outlives its draining (data null, seq set), or a redelivered signal would be new again.
run_signals = Table(
    "run_signals",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("name", Text, nullable=False),
    Column("sender", Text),
    Column("data", Text),
    Column("seq", Integer),
    info=_OF_RUN,
)

run_payloads = Table(
    "run_payloads",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("blob", Text, primary_key=True),
    Index("run_payloads_blob", "blob"),
    info=_OF_RUN,
)

run_retention = Table(
    "run_retention",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # '*': every kind without a row of its own
    Column("days", Integer, nullable=False),
)
