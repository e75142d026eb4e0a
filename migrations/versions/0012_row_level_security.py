"""Row-level security: PostgreSQL itself keeps the rows of orgs apart.

Tables of later migrations get the same at the end of every `migrate`.
"""

from alembic import op

from cadre.infra.database.rows_postgres import release_tables, secure_tables

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        secure_tables(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        release_tables(op.get_bind())
