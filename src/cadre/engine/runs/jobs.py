"""Worker: claims runs, hosts them, keeps their leases, and enforces ends on whoever is due.

Every worker does all of it, so whatever is promised of a run (its deadline, its cancellation,
its recovery) is kept by whoever is alive.
"""

import asyncio
import gc
import os
import socket
import time
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from cadre.engine.runs.active import ActiveRun
from cadre.engine.runs.ending import Ending
from cadre.engine.runs.engine import Engine
from cadre.engine.runs.errors import UnknownKind
from cadre.engine.runs.hosting import Driver, Hosted
from cadre.engine.runs.ports import Claim, Lease, Pulse, Written
from cadre.engine.runs.schemas import Frame
from cadre.engine.runs.service import Runs
from cadre.engine.runs.stragglers import Stragglers
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import new_id
from cadre.kernel.messages import Json

_MOST_CLAIMED = 200
_HEAL_SECONDS = 5.0
_ALLOWANCES_SECONDS = 0.5
# Python's default looks for cycles every 700 new objects, over all that live: with 500 runs in
# memory that was 40% of the time of a step.
_COLLECT = (20_000, 20, 20)
_CRASHED = "Every worker that took this run died before it wrote a line. Look at its last step."
_log = get_logger("runs")


class Worker:
    """Hosts up to `concurrency` runs at once, each driven by the driver of its kind."""

    def __init__(
        self, runs: Runs, drivers: Mapping[str, Driver], *, concurrency: int = 1000
    ) -> None:
        self._engine: Engine = runs.engine
        self._settings = self._engine.settings
        self._journal = self._engine.journal
        self._drivers = drivers
        self._concurrency = concurrency
        name = f"{socket.gethostname()}:{os.getpid()}:{new_id('wrk')}"
        self._lease = Lease(name, self._settings.lease_seconds)
        self._hosted: dict[str, Hosted] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reserved = 0
        self._stragglers = Stragglers(self._settings.grace_seconds)
        self._wake = asyncio.Event()
        self._check = asyncio.Event()
        self._is_closing = False
        self._was_full = False
        self._allowances: Mapping[str, int] = {}
        self._allowances_until = 0.0
        self._healed_at = 0.0
        self._is_closed = asyncio.Event()

    async def run(self) -> None:
        """Work until `close`."""
        gc.set_threshold(*_COLLECT)
        self._engine.hub.hosts.append(self)
        self._journal.listen(lambda: self.poke(None))
        async with asyncio.TaskGroup() as group:
            jobs = [
                group.create_task(self._repeat(self._claim_some, self._wake)),
                group.create_task(self._repeat(self._look_after, self._check)),
                group.create_task(self._keep_leases()),
            ]
            await self._is_closed.wait()
            for job in jobs:
                job.cancel()

    async def close(self, drain_seconds: float = 5.0) -> None:
        """Claim no more, let what acts finish for `drain_seconds`, and hand every run back."""
        self._is_closing = True
        if self in self._engine.hub.hosts:
            self._engine.hub.hosts.remove(self)
        for hosted in list(self._hosted.values()):
            hosted.hand_back()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=drain_seconds)
        for hosted in list(self._hosted.values()):
            hosted.hand_back(now=True)
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._is_closed.set()
        await self._stragglers.close()

    async def die(self) -> None:
        """Stop at once and write nothing more, as if the process were killed."""
        self._is_closing = True
        if self in self._engine.hub.hosts:
            self._engine.hub.hosts.remove(self)
        for hosted in list(self._hosted.values()):
            hosted.lose()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._is_closed.set()
        await self._stragglers.close()

    def reserve(self, kind: str, org: str) -> Lease | None:
        if self._is_closing or kind not in self._drivers or self._free() <= 0:
            return None
        if self.is_limited(org):  # whether it may run is found out with the claim
            return None
        self._reserved += 1
        return self._lease

    def is_limited(self, org: str) -> bool:
        return org in self._allowances

    def release(self) -> None:
        self._reserved -= 1

    def begin(self, claim: Claim, since: float, birth: "Future[Written] | None") -> None:
        self._reserved -= 1
        if claim.id not in self._hosted:  # else it was asked for once more
            self._adopt(claim, since, birth)

    def poke(self, run_id: str | None) -> None:
        hosted = self._hosted.get(run_id) if run_id is not None else None
        if hosted is not None:
            hosted.knock()
        else:
            self._wake.set()
            self._check.set()

    def offer(self) -> None:
        self._wake.set()

    def wish(self, run_id: str, cancel: str) -> None:
        hosted = self._hosted.get(run_id)
        if hosted is not None:
            hosted.end(Ending.by_request(cancel))
        else:
            self._check.set()

    def snapshot(self, run_id: str) -> list[Frame]:
        hosted = self._hosted.get(run_id)
        return [] if hosted is None else hosted.open_steps.snapshot()

    def _free(self) -> int:
        return self._concurrency - len(self._hosted) - self._reserved

    async def _claim_some(self) -> float:
        """Take what is due; returns seconds until it is worth looking again."""
        self._was_full = False
        await self._look_at_allowances()
        while not self._is_closing and (free := self._free()) > 0:
            since = time.monotonic()
            limit = min(free, _MOST_CLAIMED)
            self._reserved += limit  # a run may be born hot while we ask
            try:
                claims = await self._claim(limit)
                await self._load(claims)
            finally:
                self._reserved -= limit
            for claim in claims:
                self._adopt(claim, since)
            if len(claims) < limit:
                due = await self._journal.next_due(list(self._allowances))
                poll = self._settings.poll_seconds
                return poll if due is None else max(0.001, min(poll, due))
        self._was_full = True
        return self._settings.poll_seconds

    async def _claim(self, limit: int) -> list[Claim]:
        journal, lease, kinds = self._journal, self._lease, list(self._drivers)
        claims = await journal.claim(lease, kinds, limit, list(self._allowances))
        for allowance in self._allowances.items():
            if room := limit - len(claims):
                claims += await journal.claim_allowed(lease, kinds, room, allowance)
        return claims

    async def _look_at_allowances(self) -> None:
        """How many runs at once orgs may have; what was changed a moment ago may count a moment later."""
        if time.monotonic() < self._allowances_until:
            return
        self._allowances_until = time.monotonic() + _ALLOWANCES_SECONDS
        self._allowances = await self._journal.allowances()

    async def _load(self, claims: list[Claim]) -> None:
        if not claims:
            return
        by_id = {claim.id: claim for claim in claims}
        for event in await self._journal.read(list(by_id)):
            by_id[event.run_id].events.append(event)

    def _adopt(self, claim: Claim, since: float, birth: "Future[Written] | None" = None) -> None:
        before = self._hosted.get(claim.id)
        if before is not None:  # we lost the run and got it again ourselves
            before.lose()
        driver = self._drivers.get(claim.kind, _no_driver)
        hosted = self._host(claim, driver, since, birth)
        if claim.crashes > self._settings.most_crashes:
            hosted.end(Ending.failed("crashed_too_often", _CRASHED))
        self._hosted[claim.id] = hosted
        task = asyncio.get_running_loop().create_task(hosted.host(), name=f"run {claim.id}")
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._left(hosted, task))

    def _host(
        self,
        claim: Claim,
        driver: Driver,
        since: float,
        birth: "Future[Written] | None" = None,
    ) -> Hosted:
        return Hosted(
            engine=self._engine,
            claim=claim,
            driver=driver,
            stragglers=self._stragglers,
            lease_until=since + self._lease.seconds,
            birth=birth,
        )

    def _left(self, hosted: Hosted, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if self._hosted.get(hosted.claim.id) is hosted:
            del self._hosted[hosted.claim.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("run_not_hosted", run_id=hosted.claim.id, exc_info=error)
        is_room = self._was_full or hosted.claim.org_id in self._allowances
        if is_room or not hosted.pen.is_born:
            self._wake.set()

    async def _look_after(self) -> float:
        """Tell hosted runs their news, and end what nobody hosts but must end."""
        listening = [run_id for run_id, hosted in self._hosted.items() if hosted.is_listening]
        self._tell(await self._journal.pulses(self._lease.owner, listening))
        now = time.time()
        for hosted in self._hosted.values():
            if hosted.claim.deadline is not None and hosted.claim.deadline <= now:
                hosted.end(Ending.by_deadline())
        while claims := await self._journal.claim_ending(self._lease, _MOST_CLAIMED):
            await self._load(claims)
            await asyncio.gather(*[self._finish(claim) for claim in claims])
        if time.monotonic() > self._healed_at + _HEAL_SECONDS:
            self._healed_at = time.monotonic()
            if await self._journal.advance_sessions():
                self._wake.set()
        return self._settings.poll_seconds

    def _tell(self, pulses: list[Pulse]) -> None:
        for pulse in pulses:
            hosted = self._hosted.get(pulse.id)
            if hosted is not None:
                hosted.hear(pulse.mail)
                if pulse.cancel is not None:
                    hosted.end(Ending.by_request(pulse.cancel))

    async def _finish(self, claim: Claim) -> None:
        """End a run that nobody hosts; its driver need not run for that."""
        hosted = self._host(claim, _no_driver, time.monotonic())
        hosted.end(
            Ending.by_deadline() if claim.cancel is None else Ending.by_request(claim.cancel)
        )
        await hosted.host()
        self._wake.set()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease.seconds / 4)
            try:
                await self._renew()
            except Exception:  # the database may be away for a while; leases decide what that means
                _log.exception("leases_not_renewed")

    async def _renew(self) -> None:
        hosted = list(self._hosted.values())
        for start in range(0, len(hosted), 1000):
            some = {run.claim.id: run for run in hosted[start : start + 1000]}
            since = time.monotonic()
            held = [(run.claim.id, run.claim.fence) for run in some.values() if run.pen.is_born]
            pulses = await self._journal.renew(self._lease, held)
            for pulse in pulses:
                some[pulse.id].pen.lease_until = since + self._lease.seconds
            self._tell(pulses)
        for run in hosted:
            if run.pen.lease_until <= time.monotonic():
                run.lose()

    async def _repeat(self, job: Callable[[], Awaitable[float]], wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            try:
                seconds = await job()
            except Exception:  # the database may be away for a while; work goes on when it is back
                _log.exception("worker_job_failed")
                seconds = self._settings.poll_seconds
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await wake.wait()


async def _no_driver(run: ActiveRun) -> Json:
    raise UnknownKind(f"No driver is installed here for the kind of run {run.id}.")
