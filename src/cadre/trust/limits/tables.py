"""Tables of limits."""

from sqlalchemy import Column, Double, Integer, PrimaryKeyConstraint, Table, Text

from cadre.infra.database import metadata

limit_rules = Table(
    "limit_rules",
    metadata,
    Column("org_id", Text, nullable=False),
    Column("subject", Text, nullable=False),  # "user", or one of them: "user:usr_1"
    Column("endpoints", Text, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("updated_by", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "subject", "endpoints"),
)
