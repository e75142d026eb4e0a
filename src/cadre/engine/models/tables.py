"""Providers that an org entered, and the model it takes by default. Keys lie in trust/secrets."""

from sqlalchemy import Column, Double, Table, Text

from cadre.infra.database import metadata

providers = Table(
    "model_providers",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False, server_default=""),  # a known provider, or "compatible"
    Column("base_url", Text, nullable=False),
    Column("models", Text, nullable=False),  # JSON: names
    Column("prices", Text, nullable=False),  # JSON: price by name
    Column("updated_at", Double, nullable=False),
)

defaults = Table(
    "model_defaults",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("model", Text, nullable=False),
)

# By which a process sees that something of an org's models has changed.
revisions = Table(
    "model_revisions",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
)
