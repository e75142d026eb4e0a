"""federation."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _create_providers()
    _create_directory()


def downgrade() -> None:
    op.drop_table("directory_groups")
    op.drop_table("directory_users")
    op.drop_table("federated_sign_ins")
    op.drop_table("federated_identities")
    op.drop_table("identity_providers")


def _create_providers() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("creates_users", sa.Boolean(), nullable=False),
        sa.Column("default_role", sa.Text(), nullable=False),
        sa.Column("groups_claim", sa.Text(), nullable=False),
        sa.Column("group_map", sa.Text(), nullable=False),
        sa.Column("only_way", sa.Boolean(), nullable=False),
        sa.Column("trusts_mfa", sa.Boolean(), nullable=False),
        sa.Column("mfa_acr", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="identity_providers_pkey"),
    )
    op.create_index(
        "identity_providers_name", "identity_providers", ["org_id", "name"], unique=True
    )
    op.create_table(
        "federated_identities",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id", "provider_id", "subject", name="federated_identities_pkey"
        ),
    )
    op.create_index("federated_identities_user", "federated_identities", ["org_id", "user_id"])
    op.create_table(
        "federated_sign_ins",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "state_hash", name="federated_sign_ins_pkey"),
    )
    op.create_index("federated_sign_ins_expires_at", "federated_sign_ins", ["expires_at"])


def _create_directory() -> None:
    op.create_table(
        "directory_users",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "user_id", name="directory_users_pkey"),
    )
    op.create_index(
        "directory_users_name", "directory_users", ["org_id", "folded_name"], unique=True
    )
    op.create_index("directory_users_external", "directory_users", ["org_id", "external_id"])
    op.create_table(
        "directory_groups",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "group_id", name="directory_groups_pkey"),
    )
