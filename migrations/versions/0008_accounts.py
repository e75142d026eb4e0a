"""accounts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def _user_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False, server_default="active"),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("email_verified_at", sa.Double(), nullable=True),
        sa.Column("avatar", sa.Text(), nullable=True),
        sa.Column("preferences", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("locale", sa.Text(), nullable=False, server_default=""),
        sa.Column("last_seen_at", sa.Double(), nullable=True),
    ]


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        for column in _user_columns():
            batch.add_column(column)
        batch.create_index("users_email", ["org_id", "email"], unique=True)
    _split_sessions()
    _create_tokens()
    _create_factors()


def downgrade() -> None:
    for table in (
        "passkeys",
        "recovery_codes",
        "totp",
        "sign_in_failures",
        "account_tokens",
    ):
        op.drop_table(table)
    _join_sessions()
    with op.batch_alter_table("users") as batch:
        batch.drop_index("users_email")
        for column in reversed(_user_columns()):
            batch.drop_column(column.name)


def _split_sessions() -> None:
    """A session of before has one token, which goes on being worth as long as it was."""
    kept = (
        op.get_bind()
        .execute(
            sa.text("select token_hash, org_id, user_id, created_at, expires_at from sessions")
        )
        .all()
    )
    op.drop_table("sessions")
    sessions = op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("is_program", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("csrf", sa.Text(), nullable=False, server_default=""),
        sa.Column("address", sa.Text(), nullable=False, server_default=""),
        sa.Column("user_agent", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("proved_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
    )
    op.create_index("sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("sessions_user_id", "sessions", ["user_id"])
    tokens = op.create_table(
        "session_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="session_tokens_pkey"),
    )
    op.create_index("session_tokens_expires_at", "session_tokens", ["expires_at"])
    op.create_index("session_tokens_session_id", "session_tokens", ["session_id"])
    op.bulk_insert(sessions, [_session_of(row) for row in kept])
    op.bulk_insert(tokens, [_token_of(row) for row in kept])


def _session_of(row: sa.Row) -> dict[str, object]:
    return {
        "id": _id_of(row.token_hash),
        "org_id": row.org_id,
        "user_id": row.user_id,
        "method": "link",
        "is_program": False,
        "csrf": "",
        "address": "",
        "user_agent": "",
        "created_at": row.created_at,
        "seen_at": row.created_at,
        "proved_at": row.created_at,
        "expires_at": row.expires_at,
    }


def _token_of(row: sa.Row) -> dict[str, object]:
    return {
        "token_hash": row.token_hash,
        "org_id": row.org_id,
        "session_id": _id_of(row.token_hash),
        "kind": "access",
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }


def _id_of(token_hash: str) -> str:
    # Not the first characters: an id is shown, and should say nothing about the hash looked up by.
    return f"ses_{token_hash[-26:]}"


def _join_sessions() -> None:
    kept = (
        op.get_bind()
        .execute(
            sa.text(
                "select t.token_hash, s.org_id, s.user_id, t.created_at, t.expires_at "
                "from session_tokens t join sessions s on s.id = t.session_id "
                "where t.kind = 'access'"
            )
        )
        .all()
    )
    op.drop_table("session_tokens")
    op.drop_table("sessions")
    sessions = op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="sessions_pkey"),
    )
    op.create_index("sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("sessions_user_id", "sessions", ["user_id"])
    op.bulk_insert(sessions, [dict(row._mapping) for row in kept])


def _create_tokens() -> None:
    op.create_table(
        "account_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="account_tokens_pkey"),
    )
    op.create_index("account_tokens_expires_at", "account_tokens", ["expires_at"])
    op.create_index("account_tokens_user_id", "account_tokens", ["user_id"])
    op.create_table(
        "sign_in_failures",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("locked_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "subject", name="sign_in_failures_pkey"),
    )
    op.create_index("sign_in_failures_last_at", "sign_in_failures", ["last_at"])


def _create_factors() -> None:
    op.create_table(
        "totp",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("confirmed_at", sa.Double(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "user_id", name="totp_pkey"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "user_id", "code_hash", name="recovery_codes_pkey"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("last_used_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="passkeys_pkey"),
    )
    op.create_index("passkeys_credential", "passkeys", ["org_id", "credential_id"], unique=True)
    op.create_index("passkeys_user_id", "passkeys", ["user_id"])
