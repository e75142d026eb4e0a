"""The vault: versions of secrets under data keys of their org, and leases of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    # Generation 0: sealed under the master key itself, as all were before data keys.
    for name in ("generation", "version"):
        default = "0" if name == "generation" else "1"
        op.add_column(
            "secrets", sa.Column(name, sa.Integer(), nullable=False, server_default=default)
        )
    op.add_column("secrets", sa.Column("updated_by", sa.Text(), nullable=True))
    op.create_table(
        "secret_versions",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", "version", name="secret_versions_pkey"),
    )
    op.create_table(
        "secret_data_keys",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "generation", name="secret_data_keys_pkey"),
    )
    _create_leases()


def _create_leases() -> None:
    op.create_table(
        "secret_leases",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("leased_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("released_at", sa.Double(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="secret_leases_pkey"),
    )
    op.create_index("secret_leases_name", "secret_leases", ["org_id", "name", "expires_at"])


def downgrade() -> None:
    """Values under data keys are lost: what came before does not know them."""
    op.execute(sa.text("delete from secrets where generation > 0"))
    op.drop_table("secret_leases")
    op.drop_table("secret_data_keys")
    op.drop_table("secret_versions")
    for name in ("updated_by", "version", "generation"):
        op.drop_column("secrets", name)
