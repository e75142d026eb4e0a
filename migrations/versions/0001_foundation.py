"""foundation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", "version", name=op.f("agents_pkey")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("last_used_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_pkey")),
        sa.UniqueConstraint("prefix", name=op.f("api_keys_prefix_key")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("api_keys_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("api_keys_org_id"), ["org_id"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("call_key", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("call_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("edited_arguments", sa.Text(), nullable=True),
        sa.Column("edited_hash", sa.Text(), nullable=True),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("approvals_pkey")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index("approvals_inbox", ["org_id", "status", "requested_at"], unique=False)
        batch_op.create_index("approvals_run", ["org_id", "run_id"], unique=False)
        batch_op.create_index(
            "approvals_untold",
            ["decided_at"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL AND decided_at IS NOT NULL"),
            postgresql_where=sa.text("told_at IS NULL AND decided_at IS NOT NULL"),
        )

    op.create_table(
        "conversation_message_keys",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id", "conversation_id", "key", name=op.f("conversation_message_keys_pkey")
        ),
    )
    op.create_table(
        "conversations",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("conversations_pkey")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("conversations_listing", ["org_id", "updated_at", "id"], unique=False)

    op.create_table(
        "gate_rules",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("gate_rules_pkey")),
    )
    op.create_table(
        "model_defaults",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("model_defaults_pkey")),
    )
    op.create_table(
        "model_providers",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("prices", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", name=op.f("model_providers_pkey")),
    )
    op.create_table(
        "orgs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("orgs_pkey")),
    )
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("run_events_pkey")),
    )
    op.create_table(
        "run_payloads",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "blob", name=op.f("run_payloads_pkey")),
    )
    with op.batch_alter_table("run_payloads", schema=None) as batch_op:
        batch_op.create_index("run_payloads_blob", ["blob"], unique=False)

    op.create_table(
        "run_retention",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "kind", name=op.f("run_retention_pkey")),
    )
    op.create_table(
        "run_signals",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("run_signals_pkey")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("session_turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("parent_key", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("next_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mail", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("cost_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unpriced", sa.Integer(), server_default="0", nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("steps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("runs_pkey")),
        postgresql_with={"fillfactor": 70},
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index(
            "runs_behind",
            ["org_id", "session_id"],
            unique=False,
            sqlite_where=sa.text("status = 'queued' and due_at is null and session_turn = 0"),
            postgresql_where=sa.text("status = 'queued' and due_at is null and session_turn = 0"),
        )
        batch_op.create_index(
            "runs_children",
            ["parent_id"],
            unique=False,
            sqlite_where=sa.text("parent_id is not null"),
            postgresql_where=sa.text("parent_id is not null"),
        )
        batch_op.create_index(
            "runs_deadline",
            ["deadline"],
            unique=False,
            sqlite_where=sa.text("deadline is not null and ended_at is null"),
            postgresql_where=sa.text("deadline is not null and ended_at is null"),
        )
        batch_op.create_index(
            "runs_ended",
            ["org_id", "ended_at"],
            unique=False,
            sqlite_where=sa.text("ended_at is not null"),
            postgresql_where=sa.text("ended_at is not null"),
        )
        batch_op.create_index(
            "runs_ending",
            ["id"],
            unique=False,
            sqlite_where=sa.text("cancel is not null and ended_at is null"),
            postgresql_where=sa.text("cancel is not null and ended_at is null"),
        )
        batch_op.create_index(
            "runs_leased",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'running' and due_at is not null"),
            postgresql_where=sa.text("status = 'running' and due_at is not null"),
        )
        batch_op.create_index("runs_listing", ["org_id", "created_at", "id"], unique=False)
        batch_op.create_index(
            "runs_ready",
            [sa.literal_column("priority DESC"), "due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'queued' and due_at is not null"),
            postgresql_where=sa.text("status = 'queued' and due_at is not null"),
        )
        batch_op.create_index(
            "runs_session",
            ["org_id", "session_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("session_id is not null"),
            postgresql_where=sa.text("session_id is not null"),
        )
        batch_op.create_index(
            "runs_timed",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting' and due_at is not null"),
            postgresql_where=sa.text("status = 'waiting' and due_at is not null"),
        )
        batch_op.create_index(
            "runs_turn",
            ["org_id", "session_id"],
            unique=True,
            sqlite_where=sa.text("session_turn = 1"),
            postgresql_where=sa.text("session_turn = 1"),
        )

    op.create_table(
        "secrets",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", name=op.f("secrets_pkey")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("sessions_pkey")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("sign_in_links_pkey")),
    )
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("sign_in_links_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("users_org_id"), ["org_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("users_org_id"))

    op.drop_table("users")
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("sign_in_links_expires_at"))

    op.drop_table("sign_in_links")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("sessions_user_id"))
        batch_op.drop_index(batch_op.f("sessions_expires_at"))

    op.drop_table("sessions")
    op.drop_table("secrets")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(
            "runs_turn",
            sqlite_where=sa.text("session_turn = 1"),
            postgresql_where=sa.text("session_turn = 1"),
        )
        batch_op.drop_index(
            "runs_timed",
            sqlite_where=sa.text("status = 'waiting' and due_at is not null"),
            postgresql_where=sa.text("status = 'waiting' and due_at is not null"),
        )
        batch_op.drop_index(
            "runs_session",
            sqlite_where=sa.text("session_id is not null"),
            postgresql_where=sa.text("session_id is not null"),
        )
        batch_op.drop_index(
            "runs_ready",
            sqlite_where=sa.text("status = 'queued' and due_at is not null"),
            postgresql_where=sa.text("status = 'queued' and due_at is not null"),
        )
        batch_op.drop_index("runs_listing")
        batch_op.drop_index(
            "runs_leased",
            sqlite_where=sa.text("status = 'running' and due_at is not null"),
            postgresql_where=sa.text("status = 'running' and due_at is not null"),
        )
        batch_op.drop_index(
            "runs_ending",
            sqlite_where=sa.text("cancel is not null and ended_at is null"),
            postgresql_where=sa.text("cancel is not null and ended_at is null"),
        )
        batch_op.drop_index(
            "runs_ended",
            sqlite_where=sa.text("ended_at is not null"),
            postgresql_where=sa.text("ended_at is not null"),
        )
        batch_op.drop_index(
            "runs_deadline",
            sqlite_where=sa.text("deadline is not null and ended_at is null"),
            postgresql_where=sa.text("deadline is not null and ended_at is null"),
        )
        batch_op.drop_index(
            "runs_children",
            sqlite_where=sa.text("parent_id is not null"),
            postgresql_where=sa.text("parent_id is not null"),
        )
        batch_op.drop_index(
            "runs_behind",
            sqlite_where=sa.text("status = 'queued' and due_at is null and session_turn = 0"),
            postgresql_where=sa.text("status = 'queued' and due_at is null and session_turn = 0"),
        )

    op.drop_table("runs")
    op.drop_table("run_signals")
    op.drop_table("run_retention")
    with op.batch_alter_table("run_payloads", schema=None) as batch_op:
        batch_op.drop_index("run_payloads_blob")

    op.drop_table("run_payloads")
    op.drop_table("run_events")
    op.drop_table("orgs")
    op.drop_table("model_providers")
    op.drop_table("model_defaults")
    op.drop_table("gate_rules")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("conversations_listing")

    op.drop_table("conversations")
    op.drop_table("conversation_message_keys")
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_index(
            "approvals_untold",
            sqlite_where=sa.text("told_at IS NULL AND decided_at IS NOT NULL"),
            postgresql_where=sa.text("told_at IS NULL AND decided_at IS NOT NULL"),
        )
        batch_op.drop_index("approvals_run")
        batch_op.drop_index("approvals_inbox")

    op.drop_table("approvals")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("api_keys_org_id"))
        batch_op.drop_index(batch_op.f("api_keys_expires_at"))

    op.drop_table("api_keys")
    op.drop_table("agents")
