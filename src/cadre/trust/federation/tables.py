"""Who vouches for people, whom they vouched for, sign-ins under way, and what a directory says."""

from sqlalchemy import Boolean, Column, Double, Index, Table, Text

from cadre.infra.database import metadata

# The client's secret is sealed in `secrets`.
identity_providers = Table(
    "identity_providers",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # google, github, microsoft, oidc
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON
    Column("domains", Text, nullable=False),  # JSON: of the e-mail addresses that are let in
    Column("creates_users", Boolean, nullable=False),
    Column("default_role", Text, nullable=False),
    Column("groups_claim", Text, nullable=False),
    Column("group_map", Text, nullable=False),  # JSON: [{value, role or group}, ...]
    Column("only_way", Boolean, nullable=False),
    Column("trusts_mfa", Boolean, nullable=False),
    Column("mfa_acr", Text, nullable=False),  # JSON: values of acr that stand for two factors
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index("identity_providers_name", "org_id", "name", unique=True),
)

federated_identities = Table(
    "federated_identities",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("provider_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("linked_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Index("federated_identities_user", "org_id", "user_id"),
)

# A sign-in that was sent to a provider. Nonce and verifier are derived from what only the browser
# holds, so nothing in a row helps whoever reads it.
federated_sign_ins = Table(
    "federated_sign_ins",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("state_hash", Text, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("browser_hash", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# What a directory keeps of a person beside what everybody has.
directory_users = Table(
    "directory_users",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("folded_name", Text, nullable=False),
    Column("external_id", Text),
    Column("attributes", Text, nullable=False),  # JSON, in SCIM's words
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("deleted_at", Double),  # deprovisioned: suspended here, gone for the directory
    Index("directory_users_name", "org_id", "folded_name", unique=True),
    Index("directory_users_external", "org_id", "external_id"),
)

directory_groups = Table(
    "directory_groups",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("group_id", Text, primary_key=True),
    Column("external_id", Text),
    Column("updated_at", Double, nullable=False),
)
