"""Roles of an org, who has them, its groups and its service accounts."""

from sqlalchemy import Column, Double, Index, Table, Text

from cadre.infra.database import metadata

roles = Table(
    "roles",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("grants", Text, nullable=False),  # JSON: [[permission, resource], ...]
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("groups_name", "org_id", "name", unique=True),
)

group_members = Table(
    "group_members",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("group_id", Text, primary_key=True),
    Column("member_kind", Text, primary_key=True),  # user, service
    Column("member_id", Text, primary_key=True),
    Column("added_at", Double, nullable=False),
    Index("group_members_member", "org_id", "member_kind", "member_id"),
)

# A null project or environment: in all of them. Empty resources: on everything.
role_bindings = Table(
    "role_bindings",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("subject_kind", Text, nullable=False),  # user, group, service
    Column("subject_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("project_id", Text),
    Column("environment", Text),
    Column("resources", Text, nullable=False),  # JSON: patterns
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
    Index("role_bindings_subject", "org_id", "subject_kind", "subject_id"),
    Index("role_bindings_role", "org_id", "role"),
)

service_accounts = Table(
    "service_accounts",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("disabled_at", Double),
    Index("service_accounts_name", "org_id", "name", unique=True),
)
