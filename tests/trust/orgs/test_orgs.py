"""Provision, settings, and what an org shows of itself."""

import struct
import zlib

import pytest
from pydantic import ValidationError
from sqlalchemy import insert

from cadre.kernel.errors import Denied
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT
from cadre.trust.orgs import orgs
from cadre.trust.orgs.colours import contrast
from cadre.trust.orgs.errors import (
    HomeOnly,
    HomeStays,
    LogoRefused,
    MemberLimit,
    NotConfirmed,
    OrgExists,
    OrgNotFound,
    ProjectExists,
    ProjectNotFound,
)
from cadre.trust.orgs.names import BadSlug
from cadre.trust.orgs.schemas import BrandingChange, Limits, NewOrg, OrgChange
from cadre.trust.orgs.service import require_home
from cadre.trust.privacy import Holds, OnHold
from tests.trust.orgs.conftest import EVERYBODY, HOME, Installation, scope_of
from tests.trust.orgs.test_tenancy import provisioned


async def test_a_new_org_has_an_owner_and_nothing_else(here: Installation):
    wanted = NewOrg(slug="ACME", name=" Acme ", email="a@b.example", limits=Limits(members=5))

    async with here.database.begin(EVERYBODY) as work:
        org, link = await here.orgs.provision(work, wanted)

    assert (org.slug, org.name, org.status) == ("acme", "Acme", "active")
    assert org.limits.members == 5
    assert link == "/signin?token=once"
    assert here.founder.founded == [(org.id, "a@b.example")]


@pytest.mark.parametrize(
    "slug",
    ["ab", "a" * 41, "-acme", "acme-", "ac--me", "ac_me", "ac.me", "www", "home", "api", "xn--e1a"],
)
async def test_a_slug_that_can_not_stand_in_an_address_is_refused(here: Installation, slug: str):
    async with here.database.begin(EVERYBODY) as work:
        with pytest.raises(BadSlug):
            await here.orgs.provision(work, NewOrg(slug=slug, name="A", email="a@b.example"))


async def test_a_slug_is_taken_once(here: Installation):
    await provisioned(here, "acme")

    with pytest.raises(OrgExists):
        await provisioned(here, "acme")


async def test_an_org_changes_itself_and_sees_no_other(here: Installation):
    acme, beta = await provisioned(here, "acme"), await provisioned(here, "beta")
    wanted = OrgChange(
        name="Anvil",
        features={"voice": True},
        registration="open",
        mfa_required=True,
        origins=["https://Pages.Example/", "https://pages.example"],
        branding=BrandingChange(product_name="Anvil AI", accent="#0B57D0"),
    )
    async with here.database.begin(scope_of(acme)) as work:
        changed = await here.orgs.change(work, wanted)
        again = await here.orgs.change(work, OrgChange(features={"vision": False}))
        with pytest.raises(Denied):
            await here.orgs.change(work, OrgChange(limits=Limits(members=9)))
    async with here.database.read(scope_of(beta)) as work:
        other = await here.orgs.own(work)

    assert (changed.name, changed.registration, changed.mfa_required) == ("Anvil", "open", True)
    assert changed.origins == ["https://pages.example"]
    assert changed.branding.accent == "#0b57d0"
    assert again.features == {"voice": True, "vision": False}
    assert other.name == "Beta"
    standing = await here.tenants.standing(acme)
    assert standing.features == {"voice": True, "vision": False}
    assert await here.tenants.lets(acme, "https://pages.example")
    assert not await here.tenants.lets(beta, "https://pages.example")


async def test_limits_are_set_from_home(here: Installation):
    acme = await provisioned(here, "acme")

    async with here.database.begin(EVERYBODY) as work:
        await here.orgs.change_any(work, "acme", OrgChange(limits=Limits(requests_per_minute=60)))
        await here.orgs.change_any(work, "acme", OrgChange(limits=Limits(projects=2)))

    assert (await here.tenants.standing(acme)).limits == Limits(requests_per_minute=60, projects=2)
    async with here.database.begin(scope_of(acme)) as work:
        await here.orgs.add_project(work, "apollo", "Apollo")
        with pytest.raises(MemberLimit):
            await here.orgs.add_project(work, "gemini", "Gemini")


def test_only_home_runs_the_installation():
    require_home(HOME)
    with pytest.raises(HomeOnly):
        require_home(scope_of("org_acme"))


async def test_home_stays_and_deletion_is_confirmed(here: Installation):
    await provisioned(here, "acme")
    async with here.database.begin(EVERYBODY) as work:
        await work.connection.execute(insert(orgs).values(id=DEFAULT_ORG, name="M", created_at=1.0))
        with pytest.raises(HomeStays):
            await here.orgs.suspend(work, "home", "")
        with pytest.raises(HomeStays):
            await here.orgs.begin_delete(work, "home", "home")
        with pytest.raises(NotConfirmed):
            await here.orgs.begin_delete(work, "acme", "beta")
        with pytest.raises(OrgNotFound):
            await here.orgs.begin_delete(work, "gamma", "gamma")


async def test_home_cannot_lock_itself_out(here: Installation):
    async with here.database.begin(HOME) as work:
        await work.connection.execute(insert(orgs).values(id=DEFAULT_ORG, name="M", created_at=1.0))
        with pytest.raises(HomeStays, match="at least 60 requests a minute"):
            await here.orgs.change(work, OrgChange(limits=Limits(requests_per_minute=0)))
        changed = await here.orgs.change(work, OrgChange(limits=Limits(requests_per_minute=60)))
    assert changed.limits.requests_per_minute == 60


async def test_an_org_under_legal_hold_is_not_deleted(here: Installation):
    acme, beta = await provisioned(here, "acme"), await provisioned(here, "beta")
    holds = Holds()
    async with here.database.begin(scope_of(acme)) as work:
        await holds.put(work, "Acme against Globex.")
    async with here.database.begin(EVERYBODY) as work:
        with pytest.raises(OnHold, match="Acme against Globex"):
            await here.orgs.begin_delete(work, "acme", "acme")
        assert (await here.orgs.begin_delete(work, "beta", "beta")).org == beta
    async with here.database.begin(scope_of(acme)) as work:
        await holds.lift(work)
    async with here.database.begin(EVERYBODY) as work:
        assert (await here.orgs.begin_delete(work, "acme", "acme")).org == acme


async def test_projects_are_of_their_org(here: Installation):
    acme, beta = await provisioned(here, "acme"), await provisioned(here, "beta")
    async with here.database.begin(scope_of(acme)) as work:
        project = await here.orgs.add_project(work, "apollo", "Apollo")
        with pytest.raises(ProjectExists):
            await here.orgs.add_project(work, "apollo", "Apollo")
        own = [each.slug for each in await here.orgs.projects(work)]
    async with here.database.begin(scope_of(beta)) as work:
        others = [each.slug for each in await here.orgs.projects(work)]
        with pytest.raises(ProjectNotFound):
            await here.orgs.remove_project(work, project.id)
        with pytest.raises(ProjectNotFound):
            await here.orgs.remove_project(work, DEFAULT_PROJECT)

    assert (own, others) == (["default", "apollo"], ["default"])


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 64, *, extra: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 64, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * 64))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + chunk(b"IEND", b"")


async def test_a_logo_is_a_picture_and_nothing_else(here: Installation):
    acme = await provisioned(here, "acme")
    secret = chunk(b"tEXt", b"Author\0Ann")
    async with here.database.begin(scope_of(acme)) as work:
        with pytest.raises(OrgNotFound):
            await here.orgs.logo(work)
        changed = await here.orgs.set_logo(work, png(extra=secret) + b"<script>")
        shown = await here.orgs.logo(work)
        removed = await here.orgs.remove_logo(work)

    assert changed.branding.logo_type == "image/png"
    assert shown == png()
    assert removed.branding.logo is None


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        png(5000),
        png(4),
        png()[:-20],
        png().replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b""),
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 600_000,
    ],
)
async def test_what_is_no_plain_picture_is_refused(here: Installation, content: bytes):
    acme = await provisioned(here, "acme")
    async with here.database.begin(scope_of(acme)) as work:
        with pytest.raises(LogoRefused):
            await here.orgs.set_logo(work, content)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    with pytest.raises(ValidationError, match="contrast"):
        BrandingChange(accent="#777777")
    with pytest.raises(ValidationError, match="contrast"):
        BrandingChange(accent_dark="#333333")


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example", "http://a.example", "https://a/x", "a"]
)
def test_an_origin_is_one_page(origin: str):
    with pytest.raises(ValidationError):
        OrgChange(origins=[origin])
