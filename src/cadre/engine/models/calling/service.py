"""Health reports: what is in memory and what is stored, put together for people."""

import time
from collections.abc import Awaitable, Callable, Sequence

from cadre.engine.models.calling.health import MINUTE, RECENT_MINUTES, Health
from cadre.engine.models.calling.schemas import (
    HealthBucket,
    HealthHistory,
    HealthNow,
    HealthPage,
    LastFailure,
    Period,
    ProviderHealth,
    TargetHealth,
)
from cadre.engine.models.calling.standing import measures_of, standing, state_of, together
from cadre.engine.models.calling.statistics import Counts
from cadre.engine.models.calling.store import Bucket, HealthStore
from cadre.infra.database import Work
from cadre.kernel.ids import OrgId

Configured = Callable[[Work], Awaitable[Sequence[str]]]

_HOUR = 3600
_DAY = 24 * _HOUR
_PERIODS: dict[Period, tuple[int, int]] = {
    "day": (_DAY, _HOUR // 4),
    "week": (7 * _DAY, 2 * _HOUR),
    "month": (30 * _DAY, 8 * _HOUR),
}


class HealthReports:
    """`configured` names the models that an org can ask, whether or not anybody did."""

    def __init__(
        self,
        health: Health,
        configured: Configured,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._health = health
        self._configured = configured
        self._wall = wall

    async def overview(self, work: Work) -> HealthPage:
        """Every provider and model of the org, how it does now and did in the last day."""
        now = self._wall()
        store, org = HealthStore(work), work.scope.org
        since = int(now) - RECENT_MINUTES * MINUTE + 1
        others = await store.of_others(self._health.writer, since)
        days = await store.histories(_aligned(now - _DAY, _HOUR), _HOUR)
        names = {*await self._configured(work), *self._health.names(org), *others, *days}
        targets = {
            name: self._target(org, name, others.get(name), days.get(name, []))
            for name in sorted(names)
        }
        return HealthPage(at=now, providers=_by_provider(targets))

    async def history(self, work: Work, name: str, period: Period) -> HealthHistory:
        """The last day, week or month of one model or provider."""
        length, step = _PERIODS[period]
        since = _aligned(self._wall() - length, step)
        buckets = await HealthStore(work).history(name, since, step)
        return HealthHistory(
            name=name, since=since, step_seconds=step, buckets=[_shown(one) for one in buckets]
        )

    def _target(
        self, org: OrgId, name: str, others: Counts | None, hours: list[Bucket]
    ) -> TargetHealth:
        recent, day = self._health.recent(org, name), Counts()
        if others is not None:
            recent.add(others)
        for hour in hours:
            day.add(hour.counts)
        return TargetHealth(
            name=name,
            now=self._now(org, name, recent, day),
            day=[_shown(hour) for hour in hours],
            day_success_rate=day.success_rate,
        )

    def _now(self, org: OrgId, name: str, recent: Counts, day: Counts) -> HealthNow:
        circuit = self._health.circuit(org, name)
        opens_in_seconds = self._health.opens_in_seconds(org, name)
        state, sentence = standing(recent, day, circuit, opens_in_seconds)
        last = self._health.last_error(org, name)
        return HealthNow(
            **measures_of(recent).model_dump(),
            state=state,
            sentence=sentence,
            circuit=circuit,
            opens_in_seconds=opens_in_seconds,
            last_failure=LastFailure(code=last.code, detail=last.detail, at=last.at)
            if last
            else None,
        )


def _by_provider(targets: dict[str, TargetHealth]) -> list[ProviderHealth]:
    providers: dict[str, list[TargetHealth]] = {}
    for name, target in targets.items():
        providers.setdefault(name.partition(":")[0], []).append(target)
    return [_provider(name, targets.get(name), found) for name, found in providers.items()]


def _provider(name: str, own: TargetHealth | None, found: list[TargetHealth]) -> ProviderHealth:
    state, sentence = together(name, [target.now.state for target in found])
    models = [target for target in found if target is not own]
    return ProviderHealth(name=name, state=state, sentence=sentence, own=own, models=models)


def _shown(bucket: Bucket) -> HealthBucket:
    measures = measures_of(bucket.counts).model_dump()
    return HealthBucket(**measures, at=bucket.at, state=state_of(bucket.counts))


def _aligned(at: float, step: int) -> int:
    return int(at) // step * step
