"""How much each workspace holds, as it was measured last. The files themselves are on disk."""

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text

from cadre.infra.database import metadata

workspace_sizes = Table(
    "workspace_sizes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("measured_at", Double, nullable=False),
)
# What an org stores is a sum over this index alone.
Index("workspace_sizes_org", workspace_sizes.c.org_id, workspace_sizes.c.bytes)
