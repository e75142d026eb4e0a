"""Secrets say where a tool may send their value."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("secrets", sa.Column("hosts", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("secrets", "hosts")
