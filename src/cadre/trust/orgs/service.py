"""Orgs: an org's own settings, and what the home org does with all of them."""

import json
import time
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.kernel.errors import Denied
from cadre.kernel.ids import BlobId, OrgId, new_id
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Scope
from cadre.trust.orgs.errors import (
    HomeOnly,
    HomeStays,
    JobNotFound,
    MemberLimit,
    NotConfirmed,
    OrgExists,
    OrgNotFound,
    ProjectExists,
    ProjectNotFound,
)
from cadre.trust.orgs.logos import MEDIA_TYPE, clean_logo
from cadre.trust.orgs.names import check_slug
from cadre.trust.orgs.ports import Founder
from cadre.trust.orgs.schemas import (
    Branding,
    JobKind,
    Limits,
    NewOrg,
    Organisation,
    OrgChange,
    OrgJob,
    Project,
)
from cadre.trust.orgs.store import EveryOrgStore, Found, JobStore, OrgStore
from cadre.trust.orgs.tenancy import ORGS_TOPIC
from cadre.trust.privacy import require_no_hold

_LEAST_AT_HOME = 60
_MOST_JOBS = 100
_NO_DETAILS: dict[str, Any] = {}


def require_home(scope: Scope) -> None:
    """Raise `HomeOnly` unless the scope is the home org's."""
    if scope.org != DEFAULT_ORG:
        raise HomeOnly("Only the home organisation runs this installation.")


class Orgs:
    """What an org changes about itself takes a work of its own; the rest one of all orgs."""

    def __init__(self, founder: Founder, blobs: Blobs) -> None:
        self._founder = founder
        self._blobs = blobs

    async def own(self, work: Work) -> Organisation:
        """The org of the work."""
        row = await OrgStore(work).row()
        if row is None:
            raise OrgNotFound("The organisation is gone.")
        return Organisation.of(row)

    async def change(self, work: Work, wanted: OrgChange) -> Organisation:
        """Change the work's org, at once for everybody."""
        if "limits" in wanted.model_fields_set and work.scope.org != DEFAULT_ORG:
            raise Denied(
                "Limits are set by whoever runs this installation: leave them out.", field="limits"
            )
        return await self._change(work, wanted)

    async def set_logo(self, work: Work, content: bytes) -> Organisation:
        """Show this PNG; raises `LogoRefused` for what is not just a picture."""
        logo = await self._blobs.put(clean_logo(content))
        return await self._brand(work, {"logo": logo, "logo_type": MEDIA_TYPE})

    async def remove_logo(self, work: Work) -> Organisation:
        return await self._brand(work, {"logo": None, "logo_type": None})

    async def logo(self, work: Work) -> bytes:
        """The picture, or raise `OrgNotFound` because there is none."""
        logo = (await self.own(work)).branding.logo
        if logo is None:
            raise OrgNotFound("The organisation has no logo.")
        return await self._blobs.get(BlobId(logo))

    async def projects(self, work: Work) -> list[Project]:
        """All of them, the one that every org begins with first."""
        first = Project(id=DEFAULT_PROJECT, slug="default", name="Default", created_at=None)
        rows = await OrgStore(work).projects()
        return [first, *(Project.model_validate(row, from_attributes=True) for row in rows)]

    async def add_project(self, work: Work, slug: str, name: str) -> Project:
        """A further project, within the org's limit."""
        store, known = OrgStore(work), await self.projects(work)
        if check_slug(slug) in {each.slug for each in known}:
            raise ProjectExists(f"There is a project `{slug}` already.", field="slug")
        most = (await self.own(work)).limits.projects
        if most is not None and len(known) >= most:
            raise MemberLimit(f"The organisation may have {most} projects.", field="slug")
        project = Project(id=new_id("prj"), slug=slug, name=name, created_at=time.time())
        await store.add_project(**project.model_dump())
        work.touch(ORGS_TOPIC)
        return project

    async def remove_project(self, work: Work, project: str) -> None:
        """Nothing new is done in it; what was done in it stays readable."""
        if project == DEFAULT_PROJECT:
            raise ProjectNotFound("The first project stays.")
        if not await OrgStore(work).delete_project(project):
            raise ProjectNotFound("There is no such project.")
        work.touch(ORGS_TOPIC)

    async def all(self, work: Work) -> list[Organisation]:
        """Every org, oldest first."""
        return [Organisation.of(row) for row in await EveryOrgStore(work).all()]

    async def find(self, work: Work, named: str) -> Organisation:
        """The org with this id or slug."""
        row = await EveryOrgStore(work).find(named)
        if row is None:
            raise OrgNotFound(f"There is no organisation `{named[:80]}`.")
        return Organisation.of(row)

    async def provision(self, work: Work, wanted: NewOrg) -> tuple[Organisation, str]:
        """A new org with its first owner; the path of the link that signs them in once."""
        slug, store = check_slug(wanted.slug), EveryOrgStore(work)
        if await store.find(slug) is not None:
            raise OrgExists(f"There is an organisation `{slug}` already.", field="slug")
        org = OrgId(new_id("org"))
        values: dict[str, Any] = {"slug": slug, "name": wanted.name, "created_at": time.time()}
        if wanted.limits is not None:
            values["limits"] = wanted.limits.model_dump_json(exclude_none=True)
        try:
            await store.put(org, values)
        except IntegrityError as error:
            raise OrgExists(f"There is an organisation `{slug}` already.", field="slug") from error
        own = Work(work.connection, replace(work.scope, org=org), work.touched)
        link = await self._founder.found(own, wanted.email)
        work.touch(ORGS_TOPIC)
        return await self.find(work, org), link

    async def change_any(self, work: Work, named: str, wanted: OrgChange) -> Organisation:
        """What the home org changes of another, limits too."""
        return await self._change(self._within(work, await self.find(work, named)), wanted)

    async def suspend(self, work: Work, named: str, reason: str) -> Organisation:
        """Nothing runs and nobody signs in from now on; all data stays."""
        org = await self._stoppable(work, named)
        values = {"status": "suspended", "suspended_at": time.time(), "suspended_reason": reason}
        await EveryOrgStore(work).put(org.id, values)
        work.touch(ORGS_TOPIC)
        return await self.find(work, org.id)

    async def reactivate(self, work: Work, named: str) -> Organisation:
        """Everything goes on where it stopped."""
        org = await self._stoppable(work, named)
        values = {"status": "active", "suspended_at": None, "suspended_reason": None}
        await EveryOrgStore(work).put(org.id, values)
        work.touch(ORGS_TOPIC)
        return await self.find(work, org.id)

    async def begin_export(self, work: Work, named: str, *, with_secrets: bool) -> OrgJob:
        """Have the org's archive written."""
        org = await self.find(work, named)
        details = {"passphrase": with_secrets}
        return await self._begin(work, org.id, org.slug, "export", details)

    async def begin_import(
        self, work: Work, org: str, slug: str, details: dict[str, Any]
    ) -> OrgJob:
        """Have an uploaded archive made an org."""
        for named in (org, check_slug(slug)):
            if await EveryOrgStore(work).find(named) is not None:
                raise OrgExists(
                    f"An organisation `{named}` is here already. To have a copy beside it, import "
                    "with a new id and another slug (`--new-id --slug NAME`).",
                    field="slug",
                )
        return await self._begin(work, org, slug, "import", details)

    async def begin_delete(self, work: Work, named: str, confirm: str) -> OrgJob:
        """Have everything of the org deleted; it is out of reach at once."""
        org = await self.find(work, named)
        if org.id == DEFAULT_ORG:
            raise HomeStays("The home organisation runs this installation; it can't be deleted.")
        if confirm != org.slug:
            raise NotConfirmed(
                f"Repeat the slug of the organisation, `{org.slug}`: there is no way back.",
                field="confirm",
            )
        await require_no_hold(self._within(work, org))
        await EveryOrgStore(work).put(org.id, {"status": "deleting"})
        work.touch(ORGS_TOPIC)
        return await self._begin(work, org.id, org.slug, "delete", _NO_DETAILS)

    async def jobs(self, work: Work) -> list[OrgJob]:
        """The last hundred, newest first."""
        return [_job(row) for row in await JobStore(work).all(_MOST_JOBS)]

    async def job(self, work: Work, job: str) -> OrgJob:
        row = await JobStore(work).one(job)
        if row is None:
            raise JobNotFound("There is no such job. See `GET /api/v1/orgs/jobs`.")
        return _job(row)

    async def _stoppable(self, work: Work, named: str) -> Organisation:
        org = await self.find(work, named)
        if org.id == DEFAULT_ORG:
            raise HomeStays("The home organisation runs this installation; it can't be suspended.")
        if org.status in {"deleting", "importing"}:
            doing = {"deleting": "deleted", "importing": "imported"}[org.status]
            raise HomeStays(f"`{org.slug}` is being {doing}.")
        return org

    async def _begin(
        self, work: Work, org: str, slug: str, kind: JobKind, details: dict[str, Any]
    ) -> OrgJob:
        store, now = JobStore(work), time.time()
        if await store.is_busy(org):
            raise OrgExists("Another job works on this organisation: wait until it is done.")
        job = OrgJob(
            id=new_id("job"),
            org=org,
            slug=slug,
            kind=kind,
            state="waiting",
            step="",
            done=0,
            total=0,
            error=None,
            created_at=now,
            updated_at=now,
            created_by=work.scope.principal.name,
        )
        await store.add(**job.model_dump(), details=json.dumps(details), lease_until=None)
        return job

    async def _change(self, work: Work, wanted: OrgChange) -> Organisation:
        now, given = await self.own(work), wanted.model_fields_set
        _check_home(now, wanted.limits)
        values: dict[str, Any] = {}
        for name in ("name", "registration", "mfa_required", "password_sign_in"):
            if (value := getattr(wanted, name)) is not None:
                values[name] = value
        if wanted.features is not None:
            values["features"] = json.dumps(now.features | wanted.features)
        if wanted.origins is not None:
            values["origins"] = json.dumps(sorted(set(wanted.origins)))
        if "limits" in given and wanted.limits is not None:
            changed = now.limits.model_dump() | wanted.limits.model_dump(exclude_unset=True)
            values["limits"] = json.dumps({k: v for k, v in changed.items() if v is not None})
        if wanted.branding is not None:
            changed = now.branding.model_dump() | wanted.branding.model_dump(exclude_unset=True)
            values["branding"] = Branding.model_validate(changed).model_dump_json(exclude_none=True)
        if values:
            await OrgStore(work).change(values)
            work.touch(ORGS_TOPIC)
        return await self.own(work)

    async def _brand(self, work: Work, change: dict[str, Any]) -> Organisation:
        now = await self.own(work)
        branding = now.branding.model_copy(update=change)
        await OrgStore(work).change({"branding": branding.model_dump_json(exclude_none=True)})
        work.touch(ORGS_TOPIC)
        return await self.own(work)

    def _within(self, work: Work, org: Organisation) -> Work:
        return Work(work.connection, replace(work.scope, org=OrgId(org.id)), work.touched)


def _check_home(org: Organisation, limits: Limits | None) -> None:
    """Whoever could raise the limits of the home org again must be able to ask for it."""
    most = None if limits is None else limits.requests_per_minute
    if org.id == DEFAULT_ORG and most is not None and most < _LEAST_AT_HOME:
        raise HomeStays(
            f"The home organisation needs at least {_LEAST_AT_HOME} requests a minute, or nobody "
            "could lift the limit again.",
            field="limits.requests_per_minute",
        )


def _job(row: Found) -> OrgJob:
    return OrgJob.model_validate(row, from_attributes=True)
