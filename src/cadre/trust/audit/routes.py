"""The audit log over HTTP: search, export, and the proof that it is whole."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from cadre.infra.database import Database
from cadre.infra.web import CurrentScope, Paging, Provide, Reading, file_answers, requires
from cadre.kernel.paging import Page
from cadre.trust.audit.entry import Result
from cadre.trust.audit.schemas import Actions, AuditEvent, AuditFilter, Verification
from cadre.trust.audit.service import Audit

router = APIRouter(prefix="/audit", tags=["audit"])

_Audit = Annotated[Audit, Provide(Audit)]
_Text = Annotated[str | None, Query(max_length=200)]
_Time = Annotated[float | None, Query(ge=0, le=1e11, description="Seconds since 1970.")]


async def _filter(
    *,
    actor: Annotated[str | None, Query(max_length=200, description="Id or name.")] = None,
    action: Annotated[str | None, Query(max_length=200, description="How it begins.")] = None,
    resource: Annotated[str | None, Query(max_length=200, description="How it begins.")] = None,
    result: Result | None = None,
    since: _Time = None,
    until: _Time = None,
    text: _Text = None,
) -> AuditFilter:
    return AuditFilter(
        actor=actor,
        action=action,
        resource=resource,
        result=result,
        since=since,
        until=until,
        text=text,
    )


@router.get("", dependencies=[requires("audit:read")])
async def search_events(
    work: Reading, audit: _Audit, only: Annotated[AuditFilter, Depends(_filter)], paging: Paging
) -> Page[AuditEvent]:
    """What was done and what was refused, the newest first."""
    return await audit.search(work, only, paging.cursor, paging.limit)


@router.get("/actions", dependencies=[requires("audit:read")])
async def list_actions(work: Reading, audit: _Audit) -> Actions:
    """Every action that the log knows."""
    return Actions(items=await audit.actions(work))


@router.get("/verify", dependencies=[requires("audit:read")])
async def verify_log(work: Reading, audit: _Audit) -> Verification:
    """Compute every link of the chain again. The first one that is wrong is named."""
    return await audit.verify(work)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=file_answers("application/jsonl"),
    dependencies=[requires("audit:read")],
)
async def export_events(
    database: Annotated[Database, Provide(Database)],
    scope: CurrentScope,
    audit: _Audit,
    only: Annotated[AuditFilter, Depends(_filter)],
) -> StreamingResponse:
    """What a search would find, each event as a line of JSON, the oldest first."""
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    lines = audit.export(database, scope, only)
    return StreamingResponse(lines, media_type="application/jsonl", headers=headers)
