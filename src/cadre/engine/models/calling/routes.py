"""The health of models, and what is known of their answers, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from cadre.engine.models.calling.cache import AnswerCache
from cadre.engine.models.calling.probes import Prober
from cadre.engine.models.calling.schemas import (
    CacheReport,
    HealthHistory,
    HealthPage,
    Period,
    ProbeResult,
)
from cadre.engine.models.calling.service import HealthReports
from cadre.infra.web import CurrentScope, Provide, Reading, requires

router = APIRouter(prefix="/models", tags=["models"])


@router.get("/health", dependencies=[requires("models:read")])
async def get_model_health(
    work: Reading, reports: Annotated[HealthReports, Provide(HealthReports)]
) -> HealthPage:
    """How every provider and model does now, and did in the last day."""
    return await reports.overview(work)


@router.get("/health/{name:path}/history", dependencies=[requires("models:read", "model:{name}")])
async def get_model_health_history(
    work: Reading,
    reports: Annotated[HealthReports, Provide(HealthReports)],
    name: str,
    period: Period = "day",
) -> HealthHistory:
    """The last day, week or month of a model (`provider:model`) or of a provider."""
    return await reports.history(work, name, period)


@router.post("/health/{name:path}/probe", dependencies=[requires("models:use", "model:{name}")])
async def probe_model(
    scope: CurrentScope, prober: Annotated[Prober, Provide(Prober)], name: str
) -> ProbeResult:
    """Ask a model for one token, or a provider for its models, to see whether it is well."""
    return await prober.probe(scope, name)


@router.get("/cache", dependencies=[requires("models:read")])
async def get_answer_cache(
    scope: CurrentScope, cache: Annotated[AnswerCache, Provide(AnswerCache)]
) -> CacheReport:
    """How often a known answer was given again since the server began, and what that saved."""
    return CacheReport.of(cache.statistics(scope.org))


@router.delete("/cache", status_code=204, dependencies=[requires("models:write")])
async def clear_answer_cache(
    scope: CurrentScope, cache: Annotated[AnswerCache, Provide(AnswerCache)]
) -> None:
    """Forget every known answer of this org."""
    cache.invalidate(scope.org)
