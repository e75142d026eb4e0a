"""Probes: calls made only to see whether a provider is well. Off unless they are asked for.

What they cost counts against a limit per org and day (UTC) before they are sent; a model of
unknown price is not probed unasked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cadre.engine.models.calling.breaker import Breakers, Permit
from cadre.engine.models.calling.health import Health
from cadre.engine.models.calling.schemas import ProbeResult
from cadre.engine.models.calling.store import HealthStore
from cadre.engine.models.calling.targets import AttemptOutcome, Target
from cadre.engine.models.errors import ModelUnavailable
from cadre.infra.database import Database, Work
from cadre.kernel.errors import CadreError, LimitReached
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Usage
from cadre.kernel.scope import Scope

_DAY = 86_400
_NANO = Decimal(1_000_000_000)
_TOGETHER = 4


class ProbeLimitReached(LimitReached):
    """Probes have cost what they may cost today."""

    code = "probe_limit_reached"
    title = "No more probes today"


@dataclass(frozen=True, slots=True)
class Probe:
    """A call that proves something of `target`: of a provider as a whole by listing its models
    (the target's name is the provider's), or of one model by asking it for a single token.

    `send` raises what a call raises. `most_usd` bounds its cost, None if its price is unknown.
    """

    target: Target
    send: Callable[[], Awaitable[Usage | None]]
    most_usd: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """`interval_seconds` None: probes are sent only when a person asks for one."""

    interval_seconds: float | None = None
    most_usd_per_day: Decimal = Decimal("0.10")
    timeout_seconds: float = 30.0


class Prober:
    """`every` gives the probes of all orgs, `named` that of one model or provider of an org."""

    def __init__(
        self,
        database: Database,
        health: Health,
        breakers: Breakers,
        system: Scope,
        *,
        every: Callable[[], Awaitable[Sequence[Probe]]],
        named: Callable[[Work, str], Awaitable[Probe]],
        settings: ProbeSettings | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._health = health
        self._breakers = breakers
        self._system = system
        self._every = every
        self._named = named
        self._settings = settings or ProbeSettings()
        self._wall = wall
        self._day = 0
        self._spent: dict[OrgId, Decimal] = {}

    @property
    def interval_seconds(self) -> float | None:
        """How often a `round` is due; None: never."""
        return self._settings.interval_seconds

    async def round(self) -> list[ProbeResult]:
        """Probe whatever nobody asked lately, as far as the day's limit goes."""
        due = [probe for probe in await self._every() if self._is_due(probe)]
        turns = asyncio.Semaphore(_TOGETHER)
        async with asyncio.TaskGroup() as group:
            sent = [group.create_task(self._in_turn(turns, probe)) for probe in due]
        return [result for task in sent if (result := task.result()) is not None]

    async def probe(self, scope: Scope, name: str) -> ProbeResult:
        """Probe one model or provider because a person asks, or raise `ProbeLimitReached`."""
        async with self._database.read(scope) as work:
            probe = await self._named(work, name)
        return await self._send(probe)

    def _is_due(self, probe: Probe) -> bool:
        target = probe.target
        breaker = self._breakers.find(target.org, target.name)
        was_asked = self._health.recent(target.org, target.name).calls > 0
        is_well = breaker is None or breaker.state == "closed"
        is_blocked = breaker is not None and breaker.is_blocked
        return probe.most_usd is not None and not is_blocked and not (was_asked and is_well)

    async def _in_turn(self, turns: asyncio.Semaphore, probe: Probe) -> ProbeResult | None:
        async with turns:
            try:
                return await self._send(probe)
            except ProbeLimitReached:
                return None

    async def _send(self, probe: Probe) -> ProbeResult:
        most = probe.most_usd or Decimal(0)
        await self._reserve(probe.target.org, most)
        breaker = self._breakers.of(probe.target)
        permit, started = breaker.enter(), self._wall()
        usage, error = await self._ask(probe, permit)
        cost = Decimal(0) if usage is None else usage.cost_usd
        self._spent[probe.target.org] += (cost if cost is not None else most) - most
        if error is None and permit is None:
            breaker.reset()
        return self._record(probe, usage, error, cost, self._wall() - started)

    async def _ask(
        self, probe: Probe, permit: Permit | None
    ) -> tuple[Usage | None, CadreError | None]:
        usage: Usage | None = None
        error: CadreError | None = None
        is_over = False
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                usage = await probe.send()
            is_over = True
        except TimeoutError:
            seconds = self._settings.timeout_seconds
            error = ModelUnavailable(f"{probe.target.name} said nothing within {seconds:.0f} s.")
        except CadreError as failure:
            error = failure
        finally:
            if permit is not None:
                _leave(permit, error, is_over=is_over)
        return usage, error

    def _record(
        self,
        probe: Probe,
        usage: Usage | None,
        error: CadreError | None,
        cost: Decimal | None,
        seconds: float,
    ) -> ProbeResult:
        outcome = AttemptOutcome(
            target=probe.target,
            end="complete" if error is None else "failed",
            started_at=self._wall() - seconds,
            first_item_seconds=seconds if error is None else None,
            seconds=seconds,
            error=error,
            usage=usage,
            is_estimate=False,
        )
        self._health.record_probe(outcome, int((cost or probe.most_usd or 0) * _NANO))
        return ProbeResult(
            name=probe.target.name,
            ok=error is None,
            code=error.code if error else None,
            detail=error.detail if error else f"{probe.target.name} answers.",
            seconds=seconds,
            cost_usd=cost,
        )

    async def _reserve(self, org: OrgId, most: Decimal) -> None:
        day = int(self._wall()) // _DAY
        if day != self._day:
            self._day, self._spent = day, {}
        if org not in self._spent:
            async with self._database.read(replace(self._system, org=org)) as work:
                spent = await HealthStore(work).probes_nano_usd(day * _DAY)
            self._spent.setdefault(org, Decimal(spent) / _NANO)
        if most and self._spent[org] + most > self._settings.most_usd_per_day:
            raise ProbeLimitReached(
                f"Probes have cost {self._spent[org]} USD today and may cost "
                f"{self._settings.most_usd_per_day}. Raise the limit, or wait until tomorrow."
            )
        self._spent[org] += most


def _leave(permit: Permit, error: CadreError | None, *, is_over: bool) -> None:
    if error is not None:
        permit.failed(error)
    elif is_over:
        permit.began()
        permit.succeeded()
    else:
        permit.left()
