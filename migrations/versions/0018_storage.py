"""Storage: how much each workspace holds."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "workspace_sizes",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("measured_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="workspace_sizes_pkey"),
    )
    op.create_index("workspace_sizes_org", "workspace_sizes", ["org_id", "bytes"])


def downgrade() -> None:
    op.drop_table("workspace_sizes")
