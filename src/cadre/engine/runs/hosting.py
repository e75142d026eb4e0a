"""Hosting: one run in memory, from its claim until it ends, parks or is given up.

The driver runs in a task of its own; this one watches over it, so that a run can be ended
whatever its driver and effects do.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TypeAlias, cast

import orjson

from cadre.engine.runs.acting import Acting
from cadre.engine.runs.active import ActiveRun
from cadre.engine.runs.ending import Ending
from cadre.engine.runs.engine import Engine
from cadre.engine.runs.open_steps import OpenSteps
from cadre.engine.runs.pen import Halted, Pen
from cadre.engine.runs.ports import Claim, Turn, Written
from cadre.engine.runs.recording import Recording
from cadre.engine.runs.replaying import Replay
from cadre.engine.runs.schemas import Origin
from cadre.engine.runs.stragglers import Stragglers
from cadre.engine.runs.waiting import Waiting
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId, ProjectId, RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Principal, Scope

Driver: TypeAlias = Callable[[ActiveRun], Awaitable[Json]]
_log = get_logger("runs")


class _Leave(Enum):
    PARKED = auto()
    LOST = auto()
    HANDED_BACK = auto()


class Hosted:
    """One run on this worker. `host` returns when the worker has nothing to do with it any more."""

    def __init__(
        self,
        *,
        engine: Engine,
        claim: Claim,
        driver: Driver,
        stragglers: Stragglers,
        lease_until: float,
        birth: "Future[Written] | None" = None,
    ) -> None:
        self.claim = claim
        self._engine = engine
        self._driver = driver
        self._stragglers = stragglers
        self._attention = asyncio.Event()
        self._is_leaving = False
        self._is_leaving_now = False
        self._has_halted = False
        self._ending: Ending | None = None
        self._replay: Replay | None = None
        text = claim.origin
        self._origin = Origin.model_validate_json(text) if text is not None else None
        self._recording = Recording.of(claim.events)
        self._payloads = engine.payloads.of(claim.org_id)
        self.pen = Pen(
            journal=engine.journal,
            payloads=self._payloads,
            hub=engine.hub,
            claim=claim,
            lease_until=lease_until,
            attention=self._attention,
            birth=birth,
        )
        self.open_steps = OpenSteps(claim.id, engine.hub, self._payloads.masks)
        self._waiting = Waiting(
            run_id=claim.id,
            pen=self.pen,
            journal=engine.journal,
            recording=self._recording,
            settings=engine.settings,
            attend=self._attention.set,
        )

    def end(self, ending: Ending) -> None:
        """End the run soon, whatever it does; the first wish counts."""
        if self._ending is None:
            self._ending = ending
            self._attention.set()

    def hear(self, mail: int) -> None:
        """`mail` signals were sent to the run so far."""
        self.pen.mail = max(self.pen.mail, mail)
        if self.pen.mail > self._recording.seen:
            self._attention.set()

    def knock(self) -> None:
        """A signal was sent to the run just now."""
        self.hear(self._recording.seen + 1)

    def hand_back(self, *, now: bool = False) -> None:
        """Leave the run to another worker: at its next new verb, or `now`."""
        self._is_leaving = True
        self._is_leaving_now = now
        self._attention.set()

    def lose(self) -> None:
        """The lease is gone: write nothing more, act no more."""
        self.pen.lose()

    @property
    def is_listening(self) -> bool:
        """Does it wait, in memory, for something that may come from outside?"""
        return self._waiting.has_waiters

    async def host(self) -> None:
        """See the run through."""
        try:
            leave = await self._see_through()
        except Halted:
            leave = _Leave.LOST
        except CadreError:
            _log.exception("run_given_up", run_id=self.claim.id)
            leave = _Leave.LOST
        if leave is _Leave.LOST and self.pen.is_born:
            _log.info("run_left", run_id=self.claim.id, fence=self.claim.fence)
        self.pen.is_down = True

    async def _see_through(self) -> _Leave | None:
        if self._origin is not None:  # a copy catches up with a journal that has to be there
            await self.pen.born()
        if self.claim.cancel is not None:
            self.end(Ending.by_request(self.claim.cancel))
        if self._ending is None:
            await self._prepare()
            task = asyncio.ensure_future(self._drive(await self._active()))
            task.add_done_callback(lambda _: self._attention.set())
            try:
                leave = await self._watch(task)
            finally:
                if not task.done():
                    await self._stop(task)
            if leave is not None:
                return leave
            if self._ending is None and not self._has_halted:
                self._ending = _result(task)
                if self._replay is not None and self._ending is not None:
                    self._ending = self._replay.verdict(self._ending)
        if self._ending is None:
            return _Leave.LOST if self.pen.is_lost else await self._give_back()
        has_children = bool(self._recording.children)
        open_unsafe = self._open_unsafe()
        await self._ending.write(self.pen, self.claim, open_unsafe, has_children=has_children)
        self._tell_others(has_children=has_children)
        return None

    def _tell_others(self, *, has_children: bool) -> None:
        """The run has ended: who waited for that may go on."""
        if self.claim.parent_id is not None:
            self._engine.hub.poke(self.claim.parent_id)
        if has_children:
            self._engine.hub.poke()
        elif self.claim.session_id is not None:
            self._engine.hub.offer()

    async def _watch(self, task: "asyncio.Future[Ending | None]") -> _Leave | None:
        """Serve the driver until it is done, or until the run leaves it behind."""
        while not task.done():
            await self._attention.wait()
            self._attention.clear()
            if self.pen.is_lost:
                return _Leave.LOST
            if self._ending is not None:
                await self._announce_cancel()
                return None
            if self.pen.mail > self._recording.seen:
                await self._waiting.drain()
            if self._is_leaving_now or (self._is_leaving and not self._waiting.is_busy):
                return None
            if self._waiting.wants_park and self._replay is not None:
                self.end(self._replay.beyond("wait", self._waiting.sentence() or ""))
            elif self._waiting.wants_park and await self._waiting.park():
                self.pen.is_down = True
                return _Leave.PARKED
        return None

    async def _prepare(self) -> None:
        await self._waiting.drain()
        origin = self._origin
        if origin is not None and origin.type == "replay":
            source = await self._engine.journal.read([origin.run_id])
            self._replay = await Replay.of(self._recording, source, self._engine.payloads)

    async def _announce_cancel(self) -> None:
        assert self._ending is not None
        if self._ending.status == "cancelled":
            data = {"reason": self._ending.reason, "by": self._ending.by}
            entry, _ = await self.pen.pack("run.cancelling", None, data)
            await self.pen.write(
                [entry], waiting_for="What it does must stop: it is being cancelled"
            )

    async def _drive(self, active: ActiveRun) -> Ending | None:
        try:
            said = orjson.dumps(await self._driver(active)).decode()
            return Ending("done", output=orjson.loads(self._payloads.masks.mask_json(said)))
        except asyncio.CancelledError:
            return None
        except CadreError as error:
            return Ending.failed(error.code, error.detail)
        except ExceptionGroup as group:
            return _of_group(group)
        except Exception as error:  # a driver is foreign code: whatever it raises ends its run
            _log.exception("driver_crashed", run_id=self.claim.id)
            return Ending.failed("driver_crashed", f"{type(error).__name__}: {error}")

    async def _stop(self, task: "asyncio.Future[Ending | None]") -> None:
        if not await self._stragglers.stop(task) and self._ending is not None:
            self._ending.abandoned = self.open_steps.keys()

    async def _give_back(self) -> _Leave:
        turn = Turn("queued", 0.0)
        await self.pen.write([], waiting_for=None, turn=turn)
        return _Leave.HANDED_BACK

    def _open_unsafe(self) -> dict[str, dict[str, Json]]:
        unknown = self._recording.unknown_steps
        return {k: step for k, step in self._recording.open_steps.items() if k not in unknown}

    def _hands_back(self) -> bool:
        """May nothing new begin? A driver that was told so has no result that counts."""
        refuses = self._is_leaving or self._ending is not None
        self._has_halted = self._has_halted or refuses
        return refuses

    async def _active(self) -> ActiveRun:
        claim, engine = self.claim, self._engine
        scope = scope_of(claim)
        acting = Acting(
            run_id=claim.id,
            scope=scope,
            pen=self.pen,
            payloads=self._payloads,
            recording=self._recording,
            waiting=self._waiting,
            open_steps=self.open_steps,
            stragglers=self._stragglers,
        )
        return ActiveRun(
            run_id=RunId(claim.id),
            scope=scope,
            session_id=claim.session_id,
            workspace_id=claim.workspace_id,
            deadline=claim.deadline,
            attempt=claim.fence,
            started=await engine.payloads.whole(self._recording.started),
            pen=self.pen,
            payloads=self._payloads,
            recording=self._recording,
            waiting=self._waiting,
            acting=acting,
            open_steps=self.open_steps,
            replay=self._replay,
            origin=self._origin,
            hand_back=self._hands_back,
            end=self.end,
        )


def scope_of(claim: Claim) -> Scope:
    """On whose behalf the run acts."""
    principal = Principal(**orjson.loads(claim.principal))
    return Scope(OrgId(claim.org_id), ProjectId(claim.project_id), claim.environment, principal)


def _result(task: "asyncio.Future[Ending | None]") -> Ending | None:
    return task.result() if task.done() and not task.cancelled() else None


def _of_group(group: ExceptionGroup[Exception]) -> Ending:
    """A TaskGroup of the driver failed: the first failure that says something is the run's."""
    error = group.exceptions[0]
    if isinstance(error, ExceptionGroup):
        return _of_group(cast("ExceptionGroup[Exception]", error))
    if isinstance(error, CadreError):
        return Ending.failed(error.code, error.detail)
    return Ending.failed("driver_crashed", f"{type(error).__name__}: {error}")
