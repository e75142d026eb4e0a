"""audit and limits.

What is in the audit log can't be changed, and deleted only up to a checkpoint: the database
itself refuses everything else, whoever asks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SQLITE = """
create trigger audit_events_add before insert on audit_events
when exists (select 1 from audit_events where org_id = new.org_id and seq = new.seq)
begin select raise(abort, 'audit events are never replaced'); end;

create trigger audit_events_change before update on audit_events
begin select raise(abort, 'audit events are never changed'); end;

create trigger audit_events_delete before delete on audit_events
when not exists (select 1 from audit_checkpoints where org_id = old.org_id and seq >= old.seq)
begin select raise(abort, 'audit events are deleted only up to a checkpoint'); end;

create trigger audit_checkpoints_add before insert on audit_checkpoints
when exists (select 1 from audit_checkpoints where org_id = new.org_id and seq = new.seq)
or not exists (select 1 from audit_events
 where org_id = new.org_id and seq = new.seq and hash = new.hash)
begin select raise(abort, 'a checkpoint is an event of the audit log'); end;

create trigger audit_checkpoints_change before update on audit_checkpoints
begin select raise(abort, 'checkpoints are never changed'); end;

create trigger audit_checkpoints_delete before delete on audit_checkpoints
begin select raise(abort, 'checkpoints are never deleted'); end;

create trigger audit_heads_add before insert on audit_heads
when exists (select 1 from audit_heads where org_id = new.org_id)
begin select raise(abort, 'the head of the audit log is never replaced'); end;

create trigger audit_heads_change before update on audit_heads
when new.seq < old.seq or new.org_id <> old.org_id
begin select raise(abort, 'the audit log never gets shorter'); end;

create trigger audit_heads_delete before delete on audit_heads
begin select raise(abort, 'the head of the audit log is never deleted'); end
"""

_POSTGRES = """
create function audit_refuse() returns trigger language plpgsql as $$ begin
 raise exception 'the audit log is never changed: % on %', tg_op, tg_table_name;
end $$;

create function audit_delete() returns trigger language plpgsql as $$ begin
 if not exists (select 1 from audit_checkpoints c
  where c.org_id = old.org_id and c.seq >= old.seq) then
  raise exception 'audit events are deleted only up to a checkpoint';
 end if;
 return old;
end $$;

create function audit_checkpoint() returns trigger language plpgsql as $$ begin
 if not exists (select 1 from audit_events e
  where e.org_id = new.org_id and e.seq = new.seq and e.hash = new.hash) then
  raise exception 'a checkpoint is an event of the audit log';
 end if;
 return new;
end $$;

create trigger audit_events_change before update on audit_events
for each row execute function audit_refuse();

create trigger audit_events_delete before delete on audit_events
for each row execute function audit_delete();

create trigger audit_events_truncate before truncate on audit_events
for each statement execute function audit_refuse();

create trigger audit_checkpoints_add before insert on audit_checkpoints
for each row execute function audit_checkpoint();

create trigger audit_checkpoints_change before update or delete on audit_checkpoints
for each row execute function audit_refuse();

create trigger audit_checkpoints_truncate before truncate on audit_checkpoints
for each statement execute function audit_refuse();

create trigger audit_heads_change before update on audit_heads
for each row when (new.seq < old.seq or new.org_id <> old.org_id)
execute function audit_refuse();

create trigger audit_heads_delete before delete on audit_heads
for each row execute function audit_refuse();

create trigger audit_heads_truncate before truncate on audit_heads
for each statement execute function audit_refuse()
"""


def upgrade() -> None:
    _create_audit()
    op.create_table(
        "limit_rules",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("endpoints", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "subject", "endpoints", name=op.f("limit_rules_pkey")),
    )


def downgrade() -> None:
    op.drop_table("limit_rules")
    for table in ("audit_checkpoints", "audit_events", "audit_heads"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("audit_checkpoint", "audit_delete", "audit_refuse"):
            op.execute(f"drop function {function}()")


def _create_audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                *("actor_kind", "actor_id", "actor_name", "action", "resource", "result"),
                *("ip", "user_agent", "request_id", "details", "previous_hash", "hash"),
            )
        ),
        sa.PrimaryKeyConstraint("org_id", "seq", name=op.f("audit_events_pkey")),
    )
    op.create_index("audit_events_at", "audit_events", ["org_id", "at"])
    op.create_index("audit_events_action", "audit_events", ["org_id", "action", "seq"])
    op.create_index("audit_events_actor", "audit_events", ["org_id", "actor_id", "seq"])
    op.create_table(
        "audit_heads",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("audit_heads_pkey")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "seq", name=op.f("audit_checkpoints_pkey")),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in (_POSTGRES if is_postgres else _SQLITE).split(";\n\n"):
        op.execute(sa.text(statement.replace(":", r"\:")))
