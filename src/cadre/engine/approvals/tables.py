"""One row a question; its id follows from the run, the place in it and the exact call."""

from sqlalchemy import Column, Double, Index, Table, Text

from cadre.infra.database import metadata

approvals = Table(
    "approvals",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("agent", Text),
    Column("call_key", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("arguments", Text, nullable=False),  # JSON
    Column("call_hash", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("requested_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Double),
    Column("note", Text),
    Column("edited_arguments", Text),  # JSON; what was approved instead
    Column("edited_hash", Text),
    Column("told_at", Double),  # when the run was told of the decision
    Column("used_at", Double),  # when the run took it; an approval is used once
)
Index("approvals_run", approvals.c.org_id, approvals.c.run_id)
Index("approvals_inbox", approvals.c.org_id, approvals.c.status, approvals.c.requested_at)
# Decisions whose run may not have heard of them, because the process died in between.
Index(
    "approvals_untold",
    approvals.c.decided_at,
    sqlite_where=approvals.c.told_at.is_(None) & approvals.c.decided_at.is_not(None),
    postgresql_where=approvals.c.told_at.is_(None) & approvals.c.decided_at.is_not(None),
)
