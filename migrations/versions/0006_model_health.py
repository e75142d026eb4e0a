"""model health."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_BINS = 20


def upgrade() -> None:
    op.create_table(
        "model_health",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("limited", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("unavailable", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("generating_ms", sa.BigInteger(), nullable=False),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("probe_nano_usd", sa.BigInteger(), nullable=False),
        *[sa.Column(f"first_{number}", sa.Integer(), nullable=False) for number in range(_BINS)],
        *[sa.Column(f"total_{number}", sa.Integer(), nullable=False) for number in range(_BINS)],
        sa.PrimaryKeyConstraint(
            "org_id", "target", "minute", "writer", name=op.f("model_health_pkey")
        ),
    )
    with op.batch_alter_table("model_health", schema=None) as batch_op:
        batch_op.create_index("model_health_time", ["org_id", "minute"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("model_health", schema=None) as batch_op:
        batch_op.drop_index("model_health_time")
    op.drop_table("model_health")
