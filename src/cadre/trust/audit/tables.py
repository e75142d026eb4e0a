"""Tables of audit. Triggers refuse what would change the past; see the migration that made them."""

from sqlalchemy import BigInteger, Column, Double, Index, PrimaryKeyConstraint, Table, Text

from cadre.infra.database import metadata

audit_events = Table(
    "audit_events",
    metadata,
    Column("org_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "seq"),
    Index("audit_events_at", "org_id", "at"),
    Index("audit_events_action", "org_id", "action", "seq"),
    Index("audit_events_actor", "org_id", "actor_id", "seq"),
)

# The last event of each org. Sealed, so that a chain that was written anew is found out.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("seal", Text, nullable=False),
)

# Where a chain begins after its oldest events were deleted: the last one of them.
audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("org_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("org_id", "seq"),
)
