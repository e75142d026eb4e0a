"""What an org says of models: a row for each that it added, changed, priced or hid."""

from sqlalchemy import Column, Double, Integer, Table, Text

from cadre.infra.database import metadata

model_cards = Table(
    "model_cards",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # provider:id
    Column("changes", Text, nullable=False),  # JSON: the fields that differ from what ships
    Column("hidden", Integer, nullable=False),  # 0 or 1
    Column("updated_at", Double, nullable=False),
    Column("updated_by", Text, nullable=False),
)
