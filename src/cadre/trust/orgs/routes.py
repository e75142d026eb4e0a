"""Orgs over HTTP: `/org` is one's own, `/orgs` all of them, for whoever runs the installation."""

import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from cadre.infra.database import Database, Work
from cadre.infra.web import (
    CurrentScope,
    Provide,
    Reading,
    Writing,
    download,
    file_answers,
    grants_of,
    requires,
    requires_nothing,
)
from cadre.kernel.errors import Denied
from cadre.kernel.ids import new_id
from cadre.kernel.paging import Page
from cadre.kernel.scope import ALL_ORGS, DEFAULT_ORG
from cadre.trust.orgs.allowed import Allowances
from cadre.trust.orgs.content import system_scope
from cadre.trust.orgs.domains import Domains
from cadre.trust.orgs.jobs import OrgJobs
from cadre.trust.orgs.logos import MEDIA_TYPE
from cadre.trust.orgs.schemas import (
    Branding,
    Deletion,
    Domain,
    ExportRequest,
    ImportRequest,
    NewDomain,
    NewOrg,
    NewProject,
    Organisation,
    OrgChange,
    OrgJob,
    OrgUsage,
    Project,
    Provisioned,
    Suspension,
    Uploaded,
)
from cadre.trust.orgs.service import Orgs, require_home
from cadre.trust.orgs.tenancy import Tenants, tenant_of

router = APIRouter(prefix="/org", tags=["org"])
installation_router = APIRouter(prefix="/orgs", tags=["orgs"])

_Orgs = Annotated[Orgs, Provide(Orgs)]
_Domains = Annotated[Domains, Provide(Domains)]
_Jobs = Annotated[OrgJobs, Provide(OrgJobs)]
_Database = Annotated[Database, Provide(Database)]


async def _installation(database: _Database, scope: CurrentScope) -> AsyncGenerator[Work]:
    require_home(scope)
    async with database.begin(replace(scope, org=ALL_ORGS)) as work:
        yield work


async def _overview(database: _Database, scope: CurrentScope) -> AsyncGenerator[Work]:
    """Waits for no writer, so that an import shows how far it is."""
    require_home(scope)
    async with database.read(replace(scope, org=ALL_ORGS)) as work:
        yield work


_Installation = Annotated[Work, Depends(_installation, scope="function")]
_Overview = Annotated[Work, Depends(_overview, scope="function")]


@router.get("", summary="My organisation", dependencies=[requires("org:read")])
async def get_org(work: Reading, orgs: _Orgs) -> Organisation:
    """Its name, how it looks, what it has and may have."""
    return await orgs.own(work)


@router.get("/usage", summary="What it uses", dependencies=[requires("org:read")])
async def get_org_usage(
    work: Reading, allowances: Annotated[Allowances, Provide(Allowances)]
) -> OrgUsage:
    """How much it has now of what it may have: members, projects, keys, runs, storage."""
    return await allowances.used(work)


@router.patch("", summary="Change my organisation", dependencies=[requires("org:write")])
async def change_org(
    wanted: OrgChange, request: Request, work: Writing, orgs: _Orgs
) -> Organisation:
    """What is left out stays; everybody sees the change at once."""
    says_how = wanted.password_sign_in is not None
    if says_how and not grants_of(request).allows("sign-in:write"):
        raise Denied(
            "Only whoever may say how people sign in (`sign-in:write`) changes this: leave it out.",
            field="password_sign_in",
        )
    return await orgs.change(work, wanted)


@router.get("/branding", summary="How it looks here", dependencies=[requires_nothing()])
async def get_branding(request: Request, database: _Database, orgs: _Orgs) -> Branding:
    """Of the org of this host: also for the page that asks people to sign in."""
    async with database.read(system_scope(tenant_of(request.scope) or DEFAULT_ORG)) as work:
        return (await orgs.own(work)).branding


@router.get(
    "/logo",
    summary="The logo",
    response_class=FileResponse,
    responses=file_answers(MEDIA_TYPE),
    dependencies=[requires_nothing()],
)
async def get_logo(request: Request, database: _Database, orgs: _Orgs) -> Response:
    """A PNG; of the org of this host."""
    async with database.read(system_scope(tenant_of(request.scope) or DEFAULT_ORG)) as work:
        content = await orgs.logo(work)
    return Response(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-cache"})


@router.put("/logo", summary="Change the logo", dependencies=[requires("org:write")])
async def put_logo(file: UploadFile, work: Writing, orgs: _Orgs) -> Organisation:
    """A PNG of at most 512 KB and 2048 pixels on each side."""
    return await orgs.set_logo(work, await file.read())


@router.delete("/logo", summary="Remove the logo", dependencies=[requires("org:write")])
async def delete_logo(work: Writing, orgs: _Orgs) -> Organisation:
    """Show cadre's own again."""
    return await orgs.remove_logo(work)


@router.get("/domains", summary="My domains", dependencies=[requires("domains:read")])
async def list_domains(work: Reading, domains: _Domains) -> Page[Domain]:
    """With the DNS record that proves each."""
    return Page(items=await domains.all(work))


@router.post(
    "/domains", status_code=201, summary="Add a domain", dependencies=[requires("domains:write")]
)
async def add_domain(wanted: NewDomain, work: Writing, domains: _Domains) -> Domain:
    """The answer says which TXT record has to be added to its DNS."""
    return await domains.add(work, wanted.domain)


@router.post(
    "/domains/{domain}/verify",
    summary="Prove a domain",
    dependencies=[requires("domains:write")],
)
async def verify_domain(domain: str, scope: CurrentScope, domains: _Domains) -> Domain:
    """Asks the DNS; from then on the organisation is reached by this name."""
    return await domains.verify(scope, domain)


@router.delete(
    "/domains/{domain}",
    status_code=204,
    summary="Remove a domain",
    dependencies=[requires("domains:write")],
)
async def remove_domain(domain: str, work: Writing, domains: _Domains) -> None:
    """The name leads nowhere from now on."""
    await domains.remove(work, domain)


@router.get("/projects", summary="My projects", dependencies=[requires("org:read")])
async def list_projects(work: Reading, orgs: _Orgs) -> Page[Project]:
    """Name one in the header `X-Cadre-Project` to work in it."""
    return Page(items=await orgs.projects(work))


@router.post(
    "/projects", status_code=201, summary="Add a project", dependencies=[requires("org:write")]
)
async def add_project(wanted: NewProject, work: Writing, orgs: _Orgs) -> Project:
    """Each has the environments dev, staging and production."""
    return await orgs.add_project(work, wanted.slug, wanted.name)


@router.delete(
    "/projects/{project}",
    status_code=204,
    summary="Remove a project",
    dependencies=[requires("org:write")],
)
async def remove_project(project: str, work: Writing, orgs: _Orgs) -> None:
    """Nothing new is done in it; what was done in it stays readable."""
    await orgs.remove_project(work, project)


@installation_router.get("", summary="All organisations", dependencies=[requires("orgs:read")])
async def list_orgs(work: _Overview, orgs: _Orgs) -> Page[Organisation]:
    """Oldest first. Only for members of the home organisation, as all of this."""
    return Page(items=await orgs.all(work))


@installation_router.post(
    "", status_code=201, summary="Provision", dependencies=[requires("orgs:write")]
)
async def create_org(
    wanted: NewOrg,
    request: Request,
    work: _Installation,
    orgs: _Orgs,
    tenants: Annotated[Tenants, Provide(Tenants)],
) -> Provisioned:
    """A new organisation, and the link by which its first owner gets in, this once."""
    org, link = await orgs.provision(work, wanted)
    url = _url_of(org.slug, tenants.domain, str(request.base_url))
    return Provisioned(org=org, url=url, sign_in=url + link)


@installation_router.get("/jobs", summary="Long work", dependencies=[requires("orgs:read")])
async def list_jobs(work: _Overview, orgs: _Orgs, jobs: _Jobs) -> Page[OrgJob]:
    """Exports, imports and deletions, newest first."""
    return Page(items=[jobs.with_progress(each) for each in await orgs.jobs(work)])


@installation_router.get("/jobs/{job}", summary="One job", dependencies=[requires("orgs:read")])
async def get_job(job: str, work: _Overview, orgs: _Orgs, jobs: _Jobs) -> OrgJob:
    """How far it is."""
    return jobs.with_progress(await orgs.job(work, job))


@installation_router.get(
    "/jobs/{job}/archive",
    summary="The archive of an export",
    response_class=FileResponse,
    responses=file_answers("application/zip"),
    dependencies=[requires("orgs:write")],
)
async def get_archive(job: str, work: _Overview, orgs: _Orgs, jobs: _Jobs) -> FileResponse:
    """A zip; it is kept for a day."""
    found = await orgs.job(work, job)
    name = f"{found.slug}.cadre.zip"
    return download(jobs.archive_of(found), name=name, media_type="application/zip")


@installation_router.post(
    "/archives/files",
    status_code=201,
    summary="Upload an archive",
    dependencies=[requires("orgs:write")],
)
async def upload_archive(file: UploadFile, scope: CurrentScope, jobs: _Jobs) -> Uploaded:
    """To be imported; it is kept for a day."""
    require_home(scope)
    archive, path = jobs.new_upload()
    await run_in_threadpool(_copy, file, path)
    return Uploaded(archive=archive, size=path.stat().st_size)


@installation_router.post(
    "/import", status_code=202, summary="Import", dependencies=[requires("orgs:write")]
)
async def import_org(
    wanted: ImportRequest,
    work: _Installation,
    background: BackgroundTasks,
    orgs: _Orgs,
    jobs: _Jobs,
) -> OrgJob:
    """Make an organisation of an uploaded archive; look at the job for how far it is."""
    reader = await jobs.look_into(wanted.archive)
    reader.close()
    archived = reader.manifest.org
    org = new_id("org") if wanted.new_id else archived.id
    details = {"archive": wanted.archive, "passphrase": wanted.passphrase is not None}
    job = await orgs.begin_import(work, org, wanted.slug or archived.slug, details)
    jobs.remember(job.id, wanted.passphrase)
    background.add_task(jobs.wake)
    return job


@installation_router.get(
    "/{org}", summary="One organisation", dependencies=[requires("orgs:read", "org:{org}")]
)
async def find_org(org: str, work: _Overview, orgs: _Orgs) -> Organisation:
    """By its id or its slug."""
    return await orgs.find(work, org)


@installation_router.patch(
    "/{org}", summary="Change one", dependencies=[requires("orgs:write", "org:{org}")]
)
async def change_any(org: str, wanted: OrgChange, work: _Installation, orgs: _Orgs) -> Organisation:
    """Its limits above all, which it can't change itself."""
    return await orgs.change_any(work, org, wanted)


@installation_router.post(
    "/{org}/suspend", summary="Suspend", dependencies=[requires("orgs:write", "org:{org}")]
)
async def suspend_org(
    org: str, wanted: Suspension, work: _Installation, orgs: _Orgs
) -> Organisation:
    """Nothing runs and nobody signs in; all data stays."""
    return await orgs.suspend(work, org, wanted.reason)


@installation_router.post(
    "/{org}/reactivate", summary="Reactivate", dependencies=[requires("orgs:write", "org:{org}")]
)
async def reactivate_org(org: str, work: _Installation, orgs: _Orgs) -> Organisation:
    """Everything goes on where it stopped."""
    return await orgs.reactivate(work, org)


@installation_router.post(
    "/{org}/export",
    status_code=202,
    summary="Export",
    dependencies=[requires("orgs:write", "org:{org}")],
)
async def export_org(
    org: str,
    wanted: ExportRequest,
    *,
    work: _Installation,
    background: BackgroundTasks,
    orgs: _Orgs,
    jobs: _Jobs,
) -> OrgJob:
    """Have everything written into one archive; the job says when it is done."""
    job = await orgs.begin_export(work, org, with_secrets=wanted.passphrase is not None)
    jobs.remember(job.id, wanted.passphrase)
    background.add_task(jobs.wake)
    return job


@installation_router.post(
    "/{org}/delete",
    status_code=202,
    summary="Delete",
    dependencies=[requires("orgs:write", "org:{org}")],
)
async def delete_org(
    org: str,
    wanted: Deletion,
    *,
    work: _Installation,
    background: BackgroundTasks,
    orgs: _Orgs,
    jobs: _Jobs,
) -> OrgJob:
    """Delete all there is of it, for ever. It is out of reach at once."""
    job = await orgs.begin_delete(work, org, wanted.confirm)
    background.add_task(jobs.wake)
    return job


def _url_of(slug: str, domain: str, base: str) -> str:
    """Where the org's own pages are, seen from where this request came from."""
    parts = urlsplit(base)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{slug}.{domain or 'localhost'}{port}"


def _copy(file: UploadFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(file.file, out)
