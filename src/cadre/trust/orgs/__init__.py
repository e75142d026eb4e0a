"""Orgs: the tenants of an installation, by which host they are reached, and their whole life.

Every org has rows, blobs, folders and secrets of its own; it is provisioned, suspended, exported,
imported and deleted as a whole. The home org runs the installation.
"""

from cadre.trust.orgs.allowed import Allowances, allowance, allowances
from cadre.trust.orgs.content import Content
from cadre.trust.orgs.dns import DnsResolver
from cadre.trust.orgs.domains import Domains
from cadre.trust.orgs.errors import OrgNotFound, OrgSuspended
from cadre.trust.orgs.jobs import OrgJobs
from cadre.trust.orgs.personal import PERSONAL, UnusedContent
from cadre.trust.orgs.ports import Chronicle, Folders, Founder, Resolver, Vault
from cadre.trust.orgs.schemas import Limits, Organisation, OrgJob
from cadre.trust.orgs.service import Orgs
from cadre.trust.orgs.tables import orgs
from cadre.trust.orgs.tenancy import (
    ORGS_TOPIC,
    Standing,
    Tenant,
    Tenants,
    admits,
    set_tenant,
    tenant_of,
)

__all__ = [
    "ORGS_TOPIC",
    "PERSONAL",
    "Allowances",
    "Chronicle",
    "Content",
    "DnsResolver",
    "Domains",
    "Folders",
    "Founder",
    "Limits",
    "OrgJob",
    "OrgJobs",
    "OrgNotFound",
    "OrgSuspended",
    "Organisation",
    "Orgs",
    "Resolver",
    "Standing",
    "Tenant",
    "Tenants",
    "UnusedContent",
    "Vault",
    "admits",
    "allowance",
    "allowances",
    "orgs",
    "set_tenant",
    "tenant_of",
]
