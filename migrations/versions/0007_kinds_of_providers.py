"""kinds of providers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("model_providers") as batch:
        batch.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("model_providers") as batch:
        batch.drop_column("kind")
