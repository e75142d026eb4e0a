"""The gate rules of an org: one row, because they are read and changed as a whole."""

from sqlalchemy import Column, Double, Table, Text

from cadre.infra.database import metadata

gate_rules = Table(
    "gate_rules",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("rules", Text, nullable=False),  # JSON
    Column("updated_at", Double, nullable=False),
    Column("updated_by", Text, nullable=False),
)
