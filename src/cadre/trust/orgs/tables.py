"""Orgs, the domains that they proved to own, their projects, and the long work done on them."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Table, Text, false, true

from cadre.infra.database import Owned, metadata
from cadre.trust.orgs.names import slug_of


def _default_slug(context: Any) -> str:
    return slug_of(context.get_current_parameters()["id"])


orgs = Table(
    "orgs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True, default=_default_slug),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="active"),
    Column("created_at", Double, nullable=False),
    Column("suspended_at", Double),
    Column("suspended_reason", Text),
    Column("branding", Text, nullable=False, server_default="{}"),  # JSON
    Column("features", Text, nullable=False, server_default="{}"),  # JSON: flag by name
    Column("limits", Text, nullable=False, server_default="{}"),  # JSON: number by name
    Column("registration", Text, nullable=False, server_default="invite"),
    Column("mfa_required", Boolean, nullable=False, server_default=false()),
    Column("password_sign_in", Boolean, nullable=False, server_default=true()),
    Column("origins", Text, nullable=False, server_default="[]"),  # JSON: pages that may ask
    info={"tenant": Owned("id")},
)

# Several orgs may want the same domain; the first that proves it has it.
org_domains = Table(
    "org_domains",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("verified_at", Double),
)
Index(
    "org_domains_verified",
    org_domains.c.domain,
    unique=True,
    sqlite_where=org_domains.c.verified_at.is_not(None),
    postgresql_where=org_domains.c.verified_at.is_not(None),
)

# The project every org begins with has no row; it is there as long as the org is.
projects = Table(
    "projects",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("projects_slug", "org_id", "slug", unique=True),
)

# The home org's, because the org that was worked on (`org`) may be gone afterwards.
org_jobs = Table(
    "org_jobs",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("kind", Text, nullable=False),  # export, import, delete
    Column("state", Text, nullable=False),  # waiting, running, done, failed
    Column("step", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("error", Text),
    Column("details", Text, nullable=False),  # JSON: what it was asked to do, what came of it
    Column("lease_until", Double),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
)
