"""Privacy: how long an org keeps what, legal holds, and work on single people's data.

Days that orgs have set for runs and for calls of models move to the one table that holds all of
them; runs keep their exceptions by kind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_RULES_OF_USAGE = """
insert into retention_rules(org_id, data_class, days, updated_at, updated_by)
select org_id, 'usage', days, 0, '' from usage_retention
"""
_RULES_OF_RUNS = """
insert into retention_rules(org_id, data_class, days, updated_at, updated_by)
select org_id, 'runs', days, 0, '' from run_retention where kind = '*'
"""
_BACK_TO_USAGE = """
insert into usage_retention(org_id, days)
select org_id, days from retention_rules where data_class = 'usage' and days is not null
"""
_BACK_TO_RUNS = """
insert into run_retention(org_id, kind, days)
select org_id, '*', days from retention_rules where data_class = 'runs' and days is not null
"""


def upgrade() -> None:
    _create_retention()
    _create_jobs()
    op.execute(_RULES_OF_USAGE)
    op.execute(_RULES_OF_RUNS)
    op.execute("delete from run_retention where kind = '*'")
    op.drop_table("usage_retention")


def downgrade() -> None:
    op.create_table(
        "usage_retention",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="usage_retention_pkey"),
    )
    op.execute(_BACK_TO_USAGE)
    op.execute(_BACK_TO_RUNS)
    for table in ("data_jobs", "legal_holds", "retention_rounds", "retention_rules"):
        op.drop_table(table)


def _create_retention() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "data_class", name="retention_rules_pkey"),
    )
    op.create_table(
        "retention_rounds",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("applied_at", sa.Double(), nullable=False),
        sa.Column("deleted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="retention_rounds_pkey"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="legal_holds_pkey"),
    )


def _create_jobs() -> None:
    op.create_table(
        "data_jobs",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="data_jobs_pkey"),
    )
    op.create_index("data_jobs_open", "data_jobs", ["state", "lease_until"])
