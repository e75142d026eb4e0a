"""Agents by version; a version never changes. What ships with cadre lies in files, not here."""

from sqlalchemy import Column, Double, Integer, Table, Text

from cadre.infra.database import metadata

agents = Table(
    "agents",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("yaml", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
)
