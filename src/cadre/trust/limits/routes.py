"""Limits over HTTP: which there are, what counts now, and the rules of the org."""

from typing import Annotated

from fastapi import APIRouter, Path

from cadre.infra.web import CurrentScope, Provide, Reading, Writing, requires
from cadre.trust.limits.load import Load
from cadre.trust.limits.rule import Endpoints, Rule
from cadre.trust.limits.schemas import LimitChange, LimitRule, LimitRules, LimitUsage
from cadre.trust.limits.service import Limits

router = APIRouter(prefix="/limits", tags=["limits"])

_Limits = Annotated[Limits, Provide(Limits)]
_Subject = Annotated[
    str, Path(max_length=200, description="`user`, `key`, `org`, ..., or one: `key:key_1`.")
]


@router.get("", dependencies=[requires("limits:read")])
async def list_limits(work: Reading, limits: _Limits) -> LimitRules:
    """The rules of the organisation, and the defaults where it has none of its own."""
    return await limits.rules(work)


@router.get("/usage", dependencies=[requires("limits:read")])
async def get_limit_usage(
    scope: CurrentScope, limits: _Limits, load: Annotated[Load, Provide(Load)]
) -> LimitUsage:
    """What counts now, the fullest first."""
    return LimitUsage(items=limits.used(scope.org), lag_seconds=round(load.lag_seconds, 3))


@router.put("/{subject}/{endpoints}", dependencies=[requires("limits:write")])
async def put_limit(
    work: Writing, limits: _Limits, subject: _Subject, endpoints: Endpoints, body: LimitChange
) -> LimitRule:
    """Limit all of a kind, or one: at once here, in a second in other processes."""
    return await limits.put(work, subject, endpoints, Rule(body.requests, body.seconds))


@router.delete("/{subject}/{endpoints}", status_code=204, dependencies=[requires("limits:write")])
async def delete_limit(
    work: Writing, limits: _Limits, subject: _Subject, endpoints: Endpoints
) -> None:
    """Go back to the default."""
    await limits.delete(work, subject, endpoints)
