"""Routes of an org by version.

A version never changes. One without text says that the org went back to the shipped route.
"""

from sqlalchemy import Column, Double, Integer, Table, Text

from cadre.infra.database import metadata

routes = Table(
    "model_routes",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("yaml", Text, nullable=True),
    Column("restored_from", Integer, nullable=True),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
)
