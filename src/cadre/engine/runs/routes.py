"""Runs over HTTP: look, fork, replay, cancel, resolve. Streams are the live door's."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from cadre.engine.runs.schemas import ForkChanges, RetentionPolicy, Run, RunEvent, RunStatus
from cadre.engine.runs.service import Runs
from cadre.infra.web import (
    CurrentScope,
    Paging,
    Provide,
    authorize,
    check,
    grants_of,
    only_own,
    requires,
    requires_own,
)
from cadre.kernel.errors import Invalid
from cadre.kernel.grants import ANYTHING, Grants
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.paging import Page
from cadre.kernel.values import MOST_INT32, is_object

router = APIRouter(prefix="/runs", tags=["runs"])
retention_router = APIRouter(prefix="/retention/runs", tags=["runs"])

_Runs = Annotated[Runs, Provide(Runs)]
# What somebody who gives work to an agent may say otherwise.
_WORDS = {"instructions", "model"}
_STATUSES: dict[str, RunStatus] = {
    "queued": "queued",
    "running": "running",
    "waiting": "waiting",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}


class Events(BaseModel):
    """`next` is the `after` of the next page; None at the end of what there is now."""

    items: list[RunEvent]
    next: int | None


class Fork(ForkChanges):
    at_seq: int = Field(
        ge=0, le=MOST_INT32, description="The last event that the new run takes over."
    )


class Cancel(BaseModel):
    reason: str = Field("", max_length=1000)


class Resolve(BaseModel):
    key: str
    outcome: Literal["happened", "did_not_happen", "abandon"]
    output: Json = None


class Policies(BaseModel):
    items: list[RetentionPolicy]


@router.get("", dependencies=[requires_own("runs:read")])
async def list_runs(
    *,
    scope: CurrentScope,
    runs: _Runs,
    request: Request,
    paging: Paging,
    status: Annotated[str | None, Query(description="One or more, with commas between.")] = None,
    agent: str | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Text in the title.")] = None,
    session_id: str | None = None,
    parent_id: str | None = None,
) -> Page[Run]:
    """Runs of the org, newest first."""
    owners = only_own(request, "runs:read")
    if owners is not None and session_id is not None:
        await authorize(request, "runs:read", f"conversation:{session_id}")
        owners = None  # whoever began a conversation sees all of its runs
    return await runs.list(
        scope,
        statuses=_statuses(status),
        agent=agent,
        session_id=session_id,
        parent_id=parent_id,
        text=q,
        started_by=owners,
        cursor=paging.cursor,
        limit=paging.limit,
    )


@router.get("/{run_id}", dependencies=[requires("runs:read", "run:{run_id}")])
async def get_run(scope: CurrentScope, runs: _Runs, run_id: str) -> Run:
    """One run, with its definition, input and output."""
    return await runs.get(scope, RunId(run_id))


@router.get("/{run_id}/events", dependencies=[requires("runs:read", "run:{run_id}")])
async def list_events(
    scope: CurrentScope,
    runs: _Runs,
    run_id: str,
    after: Annotated[
        int, Query(ge=-1, le=MOST_INT32, description="Only events with a greater seq.")
    ] = -1,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Events:
    """The journal of a run, oldest first."""
    items = await runs.events(scope, RunId(run_id), after=after, limit=limit)
    return Events(items=items, next=items[-1].seq if len(items) == limit else None)


@router.post(
    "/{run_id}/fork", status_code=201, dependencies=[requires("runs:write", "run:{run_id}")]
)
async def fork_run(
    scope: CurrentScope, runs: _Runs, request: Request, run_id: str, body: Fork
) -> Run:
    """A new run that shares this one's journal up to `at_seq`, then goes its own way.

    With another definition than one with other instructions or another model it needs the permission
    to change the agent.
    """
    _check_agent(grants_of(request), await runs.get(scope, RunId(run_id)), body.definition)
    return await runs.fork(scope, RunId(run_id), at_seq=body.at_seq, changes=body)


@router.post(
    "/{run_id}/replay", status_code=201, dependencies=[requires("runs:write", "run:{run_id}")]
)
async def replay_run(scope: CurrentScope, runs: _Runs, run_id: str) -> Run:
    """Run it again over its recorded results: nothing acts, and nothing is paid."""
    return await runs.replay(scope, RunId(run_id))


@router.post(
    "/{run_id}/cancel", status_code=202, dependencies=[requires("runs:cancel", "run:{run_id}")]
)
async def cancel_run(
    scope: CurrentScope, runs: _Runs, run_id: str, body: Cancel | None = None
) -> Run:
    """End it within two seconds, whatever it does."""
    return await runs.cancel(scope, RunId(run_id), body.reason if body else "")


@router.post("/{run_id}/resolve", dependencies=[requires("runs:write", "run:{run_id}")])
async def resolve_step(scope: CurrentScope, runs: _Runs, run_id: str, body: Resolve) -> Run:
    """Say what became of a step whose end nobody saw."""
    return await runs.resolve(
        scope, RunId(run_id), key=body.key, outcome=body.outcome, output=body.output
    )


@router.get("/{run_id}/blobs/{blob}", dependencies=[requires("runs:read", "run:{run_id}")])
async def get_payload(scope: CurrentScope, runs: _Runs, run_id: str, blob: str) -> Response:
    """A payload that was too big for its event, as JSON."""
    content = await runs.payload(scope, RunId(run_id), blob)
    return Response(content, media_type="application/json")


@retention_router.get("", dependencies=[requires("settings:read")])
async def list_policies(scope: CurrentScope, runs: _Runs) -> Policies:
    """How long ended runs are kept, by kind."""
    return Policies(items=list(await runs.retention(scope)))


@retention_router.put("", dependencies=[requires("settings:write")])
async def put_policy(scope: CurrentScope, runs: _Runs, body: RetentionPolicy) -> Policies:
    """Keep ended runs of one kind (`*`: all others) for so many days."""
    await runs.keep(scope, body)
    return Policies(items=list(await runs.retention(scope)))


def _check_agent(grants: Grants, run: Run, definition: Json) -> None:
    """Raise unless the agent of `run` may be given work, and made into `definition`."""
    if run.agent is not None:
        check(grants, "agents:run", f"agent:{run.agent}")
    before = run.definition if is_object(run.definition) else {}
    after = before if definition is None else definition if is_object(definition) else {}
    names = (before.keys() | after.keys()) - _WORDS
    if any(before.get(name) != after.get(name) for name in names):
        for agent in (run.agent, after.get("name")):
            check(grants, "agents:write", ANYTHING if agent is None else f"agent:{agent}")


def _statuses(text: str | None) -> list[RunStatus]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if unknown := [name for name in names if name not in _STATUSES]:
        known = ", ".join(_STATUSES)
        raise Invalid(f"{unknown[0]!r} is no status; write {known}.", field="status")
    return [_STATUSES[name] for name in names]
