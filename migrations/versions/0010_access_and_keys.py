"""access and keys."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_BIND = sa.text("""
insert into role_bindings(org_id, id, subject_kind, subject_id, role, project_id, environment,
 resources, created_at, created_by)
select org_id, 'bnd_' || substr(id, 5), 'user', id,
 case when role in ('owner', 'admin', 'builder', 'operator', 'agent', 'guest') then role
 else 'user' end, null, null, '[]', :now, 'upgrade'
from users
""")


def upgrade() -> None:
    _create_roles()
    _create_groups()
    _create_bindings()
    with op.batch_alter_table("api_keys") as batch:
        batch.alter_column("user_id", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("service_account_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("created_by", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("grants", sa.Text(), nullable=True))
        batch.add_column(sa.Column("project_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("environment", sa.Text(), nullable=True))
        batch.add_column(sa.Column("models", sa.Text(), nullable=True))
        batch.add_column(sa.Column("rate_per_minute", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("rotated_at", sa.Double(), nullable=True))
        batch.add_column(sa.Column("old_secret_hash", sa.Text(), nullable=True))
        batch.add_column(sa.Column("old_expires_at", sa.Double(), nullable=True))
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("created_by", sa.Text(), nullable=False, server_default=""))
    _bind_those_who_are_here()


def downgrade() -> None:
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("created_by")
    op.execute("delete from api_keys where user_id is null")
    with op.batch_alter_table("api_keys") as batch:
        for name in (
            "old_expires_at",
            "old_secret_hash",
            "rotated_at",
            "rate_per_minute",
            "models",
            "environment",
            "project_id",
            "grants",
            "created_by",
            "service_account_id",
        ):
            batch.drop_column(name)
        batch.alter_column("user_id", existing_type=sa.Text(), nullable=False)
    for table in ("service_accounts", "role_bindings", "group_members", "groups", "roles"):
        op.drop_table(table)


def _create_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("grants", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", name="roles_pkey"),
    )
    op.create_table(
        "service_accounts",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="service_accounts_pkey"),
    )
    op.create_index("service_accounts_name", "service_accounts", ["org_id", "name"], unique=True)


def _create_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="groups_pkey"),
    )
    op.create_index("groups_name", "groups", ["org_id", "name"], unique=True)
    op.create_table(
        "group_members",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("member_kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id", "group_id", "member_kind", "member_id", name="group_members_pkey"
        ),
    )
    op.create_index("group_members_member", "group_members", ["org_id", "member_kind", "member_id"])


def _create_bindings() -> None:
    op.create_table(
        "role_bindings",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("resources", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="role_bindings_pkey"),
    )
    op.create_index(
        "role_bindings_subject", "role_bindings", ["org_id", "subject_kind", "subject_id"]
    )
    op.create_index("role_bindings_role", "role_bindings", ["org_id", "role"])


def _bind_those_who_are_here() -> None:
    """Until now a person had one role, and only the owner's meant anything."""
    op.get_bind().execute(_BIND, {"now": time.time()})
