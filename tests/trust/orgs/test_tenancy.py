"""Which org a host is of, and what a request for it may do."""

import pytest

from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT
from cadre.trust.orgs import OrgSuspended, Tenant, admits, set_tenant, tenant_of
from cadre.trust.orgs.errors import EnvironmentUnknown, ProjectNotFound
from cadre.trust.orgs.schemas import NewOrg
from tests.trust.orgs.conftest import EVERYBODY, Installation, scope_of


async def provisioned(here: Installation, slug: str) -> str:
    wanted = NewOrg(slug=slug, name=slug.title(), email=f"a@{slug}.example")
    async with here.database.begin(EVERYBODY) as work:
        org, _link = await here.orgs.provision(work, wanted)
    return org.id


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("acme.cadre.example", "acme"),
        ("acme.localhost", "acme"),
        ("cadre.example", "home"),
        ("localhost", "home"),
        ("127.0.0.1", "home"),
        ("deep.acme.cadre.example", None),
        ("home.cadre.example", None),
        ("nobody.cadre.example", None),
        ("acme.elsewhere.example", None),
        ("acmecadre.example", None),
        ("", None),
    ],
)
async def test_a_host_is_of_the_org_that_its_name_says(
    here: Installation, host: str, found: str | None
):
    acme = await provisioned(here, "acme")
    expected = {"acme": acme, "home": "org_default", None: None}

    tenant = await here.tenants.of(host)

    assert (tenant.org if tenant else None) == expected[found]
    assert (tenant is not None and tenant.is_home) == (found == "home")


async def test_what_this_process_changes_counts_at_once(here: Installation):
    before = await here.tenants.of("acme.localhost")
    acme = await provisioned(here, "acme")
    known = await here.tenants.of("acme.localhost")
    async with here.database.begin(EVERYBODY) as work:
        await here.orgs.suspend(work, "acme", "unpaid")

    assert before is None
    assert known is not None
    assert await here.tenants.suspended() == {acme}
    with pytest.raises(OrgSuspended):
        await here.tenants.require_active(acme)
    async with here.database.begin(EVERYBODY) as work:
        await here.orgs.reactivate(work, "acme")
    await here.tenants.require_active(acme)


async def test_programs_may_ask_at_home_and_pages_may_not():
    home, acme = dict[str, object](), dict[str, object]()
    set_tenant(home, Tenant(OrgId("org_default"), is_home=True))
    set_tenant(acme, Tenant(OrgId("org_acme"), is_home=False))

    assert tenant_of(acme) == "org_acme"
    assert tenant_of({}) is None
    assert admits(home, "org_acme", is_program=True)
    assert not admits(home, "org_acme", is_program=False)
    assert admits(acme, "org_acme", is_program=False)
    assert not admits(acme, "org_beta", is_program=True)


async def test_a_request_is_placed_where_it_says(here: Installation):
    acme, beta = await provisioned(here, "acme"), await provisioned(here, "beta")
    scope = scope_of(acme)
    async with here.database.begin(scope) as work:
        project = await here.orgs.add_project(work, "apollo", "Apollo")

    by_slug = await here.tenants.place(scope, "apollo", "dev")
    by_id = await here.tenants.place(scope, project.id, None)
    default = await here.tenants.place(by_slug, "default", None)

    assert (by_slug.project, by_slug.environment) == (project.id, "dev")
    assert (by_id.project, by_id.environment) == (project.id, "production")
    assert default.project == DEFAULT_PROJECT
    with pytest.raises(ProjectNotFound):
        await here.tenants.place(scope_of(beta), "apollo", None)
    with pytest.raises(EnvironmentUnknown):
        await here.tenants.place(scope, None, "moon")
