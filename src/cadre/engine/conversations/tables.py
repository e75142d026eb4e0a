"""Conversations, and which run each message became. What is said lies in the runs' journals."""

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
)
Index(
    "conversations_listing",
    conversations.c.org_id,
    conversations.c.updated_at,
    conversations.c.id,
)

# Keys of messages, so that one sent twice becomes one run.
message_keys = Table(
    "conversation_message_keys",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)
