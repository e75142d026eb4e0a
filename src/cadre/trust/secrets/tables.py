"""One row a secret; `sealed` is the nonce, then the ciphertext with its tag."""

from sqlalchemy import Column, Double, LargeBinary, Table, Text

from cadre.infra.database import metadata

secrets = Table(
    "secrets",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", Double, nullable=False),
)
