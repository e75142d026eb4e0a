"""organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("orgs") as batch:
        batch.add_column(sa.Column("slug", sa.Text(), nullable=True))
        batch.add_column(sa.Column("status", sa.Text(), nullable=False, server_default="active"))
        batch.add_column(sa.Column("suspended_at", sa.Double(), nullable=True))
        batch.add_column(sa.Column("suspended_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("branding", sa.Text(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("features", sa.Text(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("limits", sa.Text(), nullable=False, server_default="{}"))
        batch.add_column(
            sa.Column("registration", sa.Text(), nullable=False, server_default="invite")
        )
        batch.add_column(
            sa.Column("mfa_required", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("origins", sa.Text(), nullable=False, server_default="[]"))
    op.execute("update orgs set slug = replace(substr(id, 5), '_', '-')")
    op.execute("update orgs set slug = 'home' where id = 'org_default'")
    with op.batch_alter_table("orgs") as batch:
        batch.alter_column("slug", existing_type=sa.Text(), nullable=False)
        batch.create_unique_constraint("orgs_slug_key", ["slug"])
    _create_domains()
    _create_projects()
    _create_jobs()


def downgrade() -> None:
    op.drop_table("org_jobs")
    op.drop_table("projects")
    op.drop_table("org_domains")
    with op.batch_alter_table("orgs") as batch:
        batch.drop_constraint("orgs_slug_key", type_="unique")
        for name in (
            "origins",
            "mfa_required",
            "registration",
            "limits",
            "features",
            "branding",
            "suspended_reason",
            "suspended_at",
            "status",
            "slug",
        ):
            batch.drop_column(name)


def _create_domains() -> None:
    op.create_table(
        "org_domains",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("verified_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "domain", name="org_domains_pkey"),
    )
    op.create_index(
        "org_domains_verified",
        "org_domains",
        ["domain"],
        unique=True,
        sqlite_where=sa.text("verified_at IS NOT NULL"),
        postgresql_where=sa.text("verified_at IS NOT NULL"),
    )


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="projects_pkey"),
    )
    op.create_index("projects_slug", "projects", ["org_id", "slug"], unique=True)


def _create_jobs() -> None:
    op.create_table(
        "org_jobs",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="org_jobs_pkey"),
    )
