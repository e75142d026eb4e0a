"""Names of orgs and projects in addresses: short, plain, and never one that means something else."""

import re

from cadre.kernel.errors import Invalid
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_ORG

HOME_SLUG = "home"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")
# Sub-domains that people, mail servers and browsers take for something else.
_RESERVED = frozenset(
    f"""
    {HOME_SLUG} admin administrator api app assets auth autoconfig autodiscover cadre cdn console
    dev dns docs ftp git help imap internal localhost login mail metrics mta-sts ns ns1 ns2 oauth
    oidc pop pop3 postmaster production root scim security smtp sso staging static status support
    system test webmail wpad www
    """.split()
)


class BadSlug(Invalid):
    """The name can't stand in an address."""

    code = "bad_slug"


def check_slug(slug: str) -> str:
    """`slug`, or raise `BadSlug`."""
    if not _SLUG.fullmatch(slug) or "--" in slug:
        raise BadSlug(
            "`slug` has 3 to 40 characters: a-z, 0-9 and single hyphens between them.",
            field="slug",
        )
    if slug in _RESERVED:
        raise BadSlug(f"`{slug}` means something else in addresses; choose another.", field="slug")
    return slug


def slug_of(org: str) -> str:
    """The slug of an org that was not given one."""
    if org == DEFAULT_ORG:
        return HOME_SLUG
    return OrgId(org).removeprefix("org_").replace("_", "-").lower()
