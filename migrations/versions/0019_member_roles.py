"""Role bindings alone say what members may do; an org can do without passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_ROLES = """
update users set role = coalesce((
 select b.role from role_bindings b
 where b.org_id = users.org_id and b.subject_kind = 'user' and b.subject_id = users.id
 and b.project_id is null and b.environment is null and b.resources = '[]'
 order by case b.role when 'owner' then 0 when 'admin' then 1 when 'builder' then 2
  when 'operator' then 3 when 'user' then 5 when 'agent' then 6 when 'guest' then 7 else 4 end,
  b.created_at, b.id
 limit 1
), 'user')
"""


def upgrade() -> None:
    op.drop_column("users", "role")
    op.add_column(
        "orgs",
        sa.Column("password_sign_in", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    with op.batch_alter_table("orgs") as batch:
        batch.drop_column("password_sign_in")
    op.add_column("users", sa.Column("role", sa.Text(), nullable=False, server_default="user"))
    op.execute(_ROLES)
    with op.batch_alter_table("users") as batch:
        batch.alter_column("role", existing_type=sa.Text(), server_default=None)
