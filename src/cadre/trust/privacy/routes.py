"""Privacy over HTTP: `/data` for whoever answers for an org's data, `/account/exports` for oneself."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import FileResponse

from cadre.infra.web import (
    CurrentScope,
    Paging,
    Provide,
    Reading,
    Writing,
    download,
    file_answers,
    grants_of,
    requires,
    requires_nothing,
)
from cadre.kernel.paging import Page
from cadre.trust.privacy.holds import Holds
from cadre.trust.privacy.jobs import PrivacyJobs
from cadre.trust.privacy.retention import Retention
from cadre.trust.privacy.schemas import (
    Applied,
    DataJob,
    ErasureWanted,
    Hold,
    HoldWanted,
    RetentionChange,
    RetentionState,
)
from cadre.trust.privacy.service import Privacy

router = APIRouter()
_data = APIRouter(prefix="/data", tags=["data"])
_own = APIRouter(prefix="/account", tags=["account"], dependencies=[requires_nothing()])

_Retention = Annotated[Retention, Provide(Retention)]
_Holds = Annotated[Holds, Provide(Holds)]
_Privacy = Annotated[Privacy, Provide(Privacy)]
_Jobs = Annotated[PrivacyJobs, Provide(PrivacyJobs)]

# A request is answered in time; what is left goes within the hour.
_MOST_SECONDS = 10.0


@_data.get("/retention", summary="How long data is kept", dependencies=[requires("data:read")])
async def get_retention(work: Reading, retention: _Retention) -> RetentionState:
    """Every class of data: its days, how much there is, since when."""
    return await retention.state(work)


@_data.put(
    "/retention", summary="Change how long data is kept", dependencies=[requires("data:write")]
)
async def set_retention(
    wanted: RetentionChange, work: Writing, retention: _Retention
) -> RetentionState:
    """Days by class, `forever`, or `default`. With `dry_run`: only what would go at once."""
    return await retention.change(work, wanted)


@_data.post(
    "/retention/apply", summary="Delete what is too old now", dependencies=[requires("data:write")]
)
async def apply_retention(scope: CurrentScope, retention: _Retention) -> Applied:
    """It happens each hour by itself. Says how much went."""
    return await retention.apply_now(scope, _MOST_SECONDS)


@_data.put("/hold", summary="Put everything on hold", dependencies=[requires("data:write")])
async def put_hold(wanted: HoldWanted, work: Writing, holds: _Holds) -> Hold:
    """Nothing is deleted by retention and nobody is erased until it is lifted."""
    return await holds.put(work, wanted.reason)


@_data.delete(
    "/hold", status_code=204, summary="Lift the hold", dependencies=[requires("data:write")]
)
async def lift_hold(work: Writing, holds: _Holds) -> None:
    """What is too old goes within the hour."""
    await holds.lift(work)


@_data.post(
    "/people/{user_id}/export",
    status_code=202,
    summary="Export what is kept of a person",
    dependencies=[requires("data:read")],
)
async def export_person(
    user_id: str, work: Writing, background: BackgroundTasks, privacy: _Privacy, jobs: _Jobs
) -> DataJob:
    """The job says when the archive is there."""
    job = await privacy.begin_export(work, user_id)
    background.add_task(jobs.wake)
    return job


@_data.post(
    "/people/{user_id}/erase",
    status_code=202,
    summary="Erase a person",
    dependencies=[requires("data:write")],
)
async def erase_person(
    user_id: str,
    wanted: ErasureWanted,
    request: Request,
    background: BackgroundTasks,
    *,
    work: Writing,
    privacy: _Privacy,
    jobs: _Jobs,
) -> DataJob:
    """For ever. They are signed out and shut out at once."""
    job = await privacy.begin_erasure(work, grants_of(request), user_id, wanted.confirm)
    background.add_task(jobs.wake)
    return job


@_data.get("/jobs", summary="Exports and erasures", dependencies=[requires("data:read")])
async def list_jobs(work: Reading, privacy: _Privacy, jobs: _Jobs, paging: Paging) -> Page[DataJob]:
    """The newest first."""
    page = await privacy.page(work, paging.cursor, paging.limit)
    return Page(items=[jobs.with_progress(each) for each in page.items], next=page.next)


@_data.get("/jobs/{job_id}", summary="One of them", dependencies=[requires("data:read")])
async def get_job(job_id: str, work: Reading, privacy: _Privacy, jobs: _Jobs) -> DataJob:
    """How far it is; what came of it, part by part."""
    return jobs.with_progress(await privacy.job(work, job_id))


@_data.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    summary="Go on with an erasure that failed",
    dependencies=[requires("data:write")],
)
async def retry_job(
    job_id: str, work: Writing, background: BackgroundTasks, privacy: _Privacy, jobs: _Jobs
) -> DataJob:
    """From where it stopped."""
    job = await privacy.retry(work, job_id)
    background.add_task(jobs.wake)
    return job


@_data.get(
    "/jobs/{job_id}/archive",
    summary="The archive of an export",
    response_class=FileResponse,
    responses=file_answers("application/zip"),
    dependencies=[requires("data:read")],
)
async def get_job_archive(
    job_id: str, work: Reading, privacy: _Privacy, jobs: _Jobs
) -> FileResponse:
    """A zip; it is kept for three days."""
    return _archive(jobs, await privacy.job(work, job_id))


@_own.post("/exports", status_code=202, summary="Export what is kept of me")
async def export_own(
    work: Writing, background: BackgroundTasks, privacy: _Privacy, jobs: _Jobs
) -> DataJob:
    """The job says when the archive is there."""
    job = await privacy.begin_own_export(work)
    background.add_task(jobs.wake)
    return job


@_own.get("/exports", summary="My exports")
async def list_own_exports(
    work: Reading, privacy: _Privacy, jobs: _Jobs, paging: Paging
) -> Page[DataJob]:
    """The newest first."""
    page = await privacy.page(work, paging.cursor, paging.limit, own=True)
    return Page(items=[jobs.with_progress(each) for each in page.items], next=page.next)


@_own.get("/exports/{job_id}", summary="One of my exports")
async def get_own_export(job_id: str, work: Reading, privacy: _Privacy, jobs: _Jobs) -> DataJob:
    """How far it is."""
    return jobs.with_progress(await privacy.job(work, job_id, own=True))


@_own.get(
    "/exports/{job_id}/archive",
    summary="The archive of my export",
    response_class=FileResponse,
    responses=file_answers("application/zip"),
)
async def get_own_archive(
    job_id: str, work: Reading, privacy: _Privacy, jobs: _Jobs
) -> FileResponse:
    """A zip; it is kept for three days."""
    return _archive(jobs, await privacy.job(work, job_id, own=True))


def _archive(jobs: PrivacyJobs, job: DataJob) -> FileResponse:
    return download(jobs.archive_of(job), name=f"{job.person}.zip", media_type="application/zip")


router.include_router(_data)
router.include_router(_own)
