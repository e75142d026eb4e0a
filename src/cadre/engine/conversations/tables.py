"""Conversations. What is said in them lies in the runs' journals."""

from sqlalchemy import Column, Double, Index, Table, Text

from cadre.infra.database import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("created_by", Text, nullable=False, server_default=""),  # as "user:usr_1"
)
Index(
    "conversations_listing",
    conversations.c.org_id,
    conversations.c.updated_at,
    conversations.c.id,
)
