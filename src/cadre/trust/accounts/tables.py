"""People, their sessions, what they prove themselves with, and the hashes of everything secret."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text, false

from cadre.infra.database import metadata
from cadre.trust.orgs import orgs

__all__ = [
    "account_tokens",
    "api_keys",
    "orgs",
    "passkeys",
    "recovery_codes",
    "session_tokens",
    "sessions",
    "sign_in_failures",
    "sign_in_links",
    "totp",
    "users",
]

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("email", Text),  # case-folded; null: nobody has said one yet
    Column("status", Text, nullable=False, server_default="active"),  # active, invited, suspended
    Column("password_hash", Text),
    Column("email_verified_at", Double),
    Column("avatar", Text),  # a blob's id
    Column("preferences", Text, nullable=False, server_default="{}"),  # JSON
    Column("locale", Text, nullable=False, server_default=""),
    Column("last_seen_at", Double),
    Index("users_email", "org_id", "email", unique=True),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    Column("used_at", Double),
)

# One row for each device that is signed in; all tokens of it end with the row.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("user_id", Text, nullable=False, index=True),
    Column("method", Text, nullable=False),  # link, password, passkey, ...
    Column("is_program", Boolean, nullable=False, server_default=false()),
    Column("csrf", Text, nullable=False, server_default=""),  # empty: derived from the token
    Column("address", Text, nullable=False, server_default=""),
    Column("user_agent", Text, nullable=False, server_default=""),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("proved_at", Double, nullable=False),  # when the person last proved who they are
    Column("expires_at", Double, nullable=False, index=True),
)

session_tokens = Table(
    "session_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("session_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # access, refresh
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    Column("used_at", Double),
    Column("successor", Text),  # the hash of the refresh token that it was exchanged for
)

# What is mailed or held for a few minutes: invitations, resets, half of a sign-in, ceremonies.
account_tokens = Table(
    "account_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("user_id", Text, index=True),
    Column("purpose", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# `subject` is the hash of an e-mail address, whether or not it has an account, or a network address.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Double, nullable=False, index=True),
    Column("locked_until", Double, nullable=False),
)

# The secret itself is sealed in `secrets`; `last_step` is the newest code that was accepted.
totp = Table(
    "totp",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("confirmed_at", Double),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("code_hash", Text, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("used_at", Double),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("user_id", Text, nullable=False, index=True),
    Column("host", Text, nullable=False),  # the one that it was made for
    Column("credential_id", Text, nullable=False),  # base64url
    Column("public_key", Text, nullable=False),  # base64url of COSE
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("transports", Text, nullable=False),  # JSON
    Column("created_at", Double, nullable=False),
    Column("last_used_at", Double),
    Index("passkeys_credential", "org_id", "credential_id", unique=True),
)

# Rules and queries of keys are in trust/keys; the table is here because keys go with their person.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org_id", Text, nullable=False, index=True),
    Column("user_id", Text),  # null: a service account's
    Column("service_account_id", Text),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False, server_default=""),
    Column("last_used_at", Double),
    Column("expires_at", Double, index=True),  # null: until it is revoked
    Column("grants", Text),  # JSON; null: all of its owner's
    Column("project_id", Text),
    Column("environment", Text),
    Column("models", Text),  # JSON: patterns of the names that it may ask; null: any
    Column("rate_per_minute", BigInteger),
    Column("rotated_at", Double),
    Column("old_secret_hash", Text),  # valid beside the new one until `old_expires_at`
    Column("old_expires_at", Double),
)
