"""Consents: what a person lets agents do without asking again."""

from sqlalchemy import Column, Double, Index, Table, Text

from cadre.infra.database import metadata

consents = Table(
    "consents",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # sorts by time
    Column("user_id", Text, nullable=False),
    Column("server", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("span", Text, nullable=False),
    Column("session_id", Text, nullable=True),
    Column("expires_at", Double, nullable=True),
    Column("reason", Text, nullable=False),
    Column("requested_at", Double, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("decided_at", Double, nullable=True),
    Column("decided_by", Text, nullable=True),
    Column("used_at", Double, nullable=True),
    Column("used_by", Text, nullable=True),
    Index("consents_user_id", "org_id", "user_id", "tool"),
)
