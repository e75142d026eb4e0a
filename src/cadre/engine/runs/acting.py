"""Acting: the effect of a step, from "may I" to "it is in the journal".

An effect is only begun while the lease is certainly ours, an unsafe one only after the
journal says so; and its result reaches the driver only when it is durable.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from cadre.engine.runs.errors import StepFailed
from cadre.engine.runs.open_steps import OpenSteps
from cadre.engine.runs.payloads import Payloads
from cadre.engine.runs.pen import Pen
from cadre.engine.runs.ports import Spent
from cadre.engine.runs.recording import Data, Recorded, Recording
from cadre.engine.runs.schemas import Frame, Outcome, Safety
from cadre.engine.runs.stragglers import Stragglers
from cadre.engine.runs.waiting import Waiting
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope

_log = get_logger("runs")
_ONE_STEP = Spent(steps=1)


@dataclass(slots=True)
class StepContext:
    """What an effect may know and say. `idempotency_key` is the same at every attempt."""

    run_id: str
    key: str
    scope: Scope
    emit: Callable[[Frame], None]

    @property
    def idempotency_key(self) -> str:
        return f"{self.run_id}/{self.key}"


Effect: TypeAlias = Callable[[StepContext], Awaitable[Json | Outcome]]
AskOutcome: TypeAlias = Callable[[str], Awaitable[Json | None]]


@dataclass(slots=True)
class Step:
    """One step as the driver describes it."""

    key: str
    kind: str
    name: str
    input: Json
    safety: Safety
    timeout_seconds: float | None
    ask_outcome: AskOutcome | None
    settles_with_next: bool

    def described(self) -> Data:
        return {"kind": self.kind, "name": self.name, "input": self.input}


class _OutOfTime(Exception):
    pass


class Acting:
    """Acts out the steps of one run."""

    def __init__(
        self,
        *,
        run_id: str,
        scope: Scope,
        pen: Pen,
        payloads: Payloads,
        recording: Recording,
        waiting: Waiting,
        open_steps: OpenSteps,
        stragglers: Stragglers,
    ) -> None:
        self._run_id = run_id
        self._scope = scope
        self._pen = pen
        self._payloads = payloads
        self._recording = recording
        self._waiting = waiting
        self._open = open_steps
        self._stragglers = stragglers

    async def recall(self, recorded: Recorded, key: str) -> Json:
        """The result of a step that has ended: returned, or raised as it was then."""
        data = await self._payloads.whole(recorded.data)
        if recorded.failed:
            error = data["error"]
            raise StepFailed(error["code"], error["detail"], key=key)
        return data.get("output")

    async def act(self, step: Step, effect: Effect) -> Json:
        """Do what was not done yet, and only that."""
        while True:
            if step.safety is Safety.UNSAFE:
                recorded = await self._clear(step)
                if recorded is not None:
                    return await self.recall(recorded, step.key)
            if not step.settles_with_next:
                await self._pen.born()
            self._pen.check()
            try:
                return await self._attempt(step, effect)
            except _OutOfTime:
                await self._journal_unknown(step, "It did not answer in time.")

    async def _attempt(self, step: Step, effect: Effect) -> Json:
        started_at = time.time()
        emit = self._open.begin(
            step.key, step.kind, step.name, step.input, started_at, shown=not step.settles_with_next
        )
        context = StepContext(self._run_id, step.key, self._scope, emit)
        try:
            if step.timeout_seconds is None:
                outcome = await effect(context)
            else:
                outcome = await self._in_time(step, effect(context))
            return await self._journal_finished(step, outcome, started_at)
        except CadreError as error:
            failure = error.code, error.detail
        except (asyncio.CancelledError, _OutOfTime):
            raise
        except TimeoutError:
            failure = "step_timed_out", f"{step.name} did not answer in time."
        except Exception as error:  # an effect is foreign code: whatever it raises is its result
            _log.exception("effect_crashed", run_id=self._run_id, key=step.key)
            failure = "effect_crashed", f"{type(error).__name__}: {error}"
        finally:
            self._open.end(step.key)
        return await self._journal_failed(step, *failure, started_at)

    async def _in_time(self, step: Step, effect: Awaitable[Json | Outcome]) -> Json | Outcome:
        """The effect's outcome; one that outlives its time and its cancellation is left behind."""
        assert step.timeout_seconds is not None
        task = asyncio.ensure_future(effect)
        try:
            await asyncio.wait({task}, timeout=step.timeout_seconds)
        finally:
            if not task.done():
                await self._stragglers.stop(task)
        if task.done() and not task.cancelled():
            return task.result()
        if step.safety is Safety.UNSAFE:
            raise _OutOfTime
        raise TimeoutError

    async def _journal_finished(
        self, step: Step, outcome: Json | Outcome, started_at: float
    ) -> Json:
        data = step.described()
        spent = _ONE_STEP
        if isinstance(outcome, Outcome):
            data["output"] = output = self._payloads.plain(outcome.output)
            spent = _spent(outcome, data)
        else:
            data["output"] = output = self._payloads.plain(outcome)
        data["started_at"] = started_at
        if step.settles_with_next:
            await self._pen.hold("step.finished", step.key, data, spent)
        else:
            await self._journal_end("step.finished", step, data, spent)
        return output

    async def _journal_failed(self, step: Step, code: str, detail: str, started_at: float) -> Json:
        detail = self._payloads.masks.mask(detail)
        error = {"code": code, "detail": detail}
        data = step.described() | {"error": error, "started_at": started_at}
        await self._journal_end("step.failed", step, data, _ONE_STEP)
        raise StepFailed(code, detail, key=step.key)

    async def _journal_end(self, kind: str, step: Step, data: Data, spent: Spent) -> None:
        await self._pen.record(kind, step.key, data, self._waiting.sentence(), spent)
        self._recording.open_steps.pop(step.key, None)

    async def _clear(self, step: Step) -> Recorded | None:
        """Make sure that acting can't be acting twice; a Recorded if there is nothing to do."""
        key = step.key
        while key in self._recording.open_steps:
            if key not in self._recording.unknown_steps and not await self._tool_knows(step):
                await self._journal_unknown(
                    step, "cadre was stopped after it began and before it was seen to end."
                )
            if key in self._recording.unknown_steps:
                await self._person_says(step)
            recorded = self._recording.steps.get(key)
            if recorded is not None:
                return recorded
        data = step.described() | {"safety": step.safety.value}
        entry, blobs = await self._pen.pack("step.started", key, data)
        await self._pen.write([entry], waiting_for=self._waiting.sentence(), payloads=blobs)
        self._recording.open_steps[key] = data
        return None

    async def _tool_knows(self, step: Step) -> bool:
        """Ask the tool what happened, if it can be asked; False if it can't tell."""
        if step.ask_outcome is None:
            return False
        try:
            output = self._payloads.plain(await step.ask_outcome(f"{self._run_id}/{step.key}"))
        except Exception as error:  # foreign code: any failure means that it can't tell
            _log.warning("outcome_not_told", run_id=self._run_id, key=step.key, error=str(error))
            return False
        del self._recording.open_steps[step.key]
        if output is not None:
            data = step.described() | {"output": output, "started_at": time.time(), "asked": True}
            await self._journal_end("step.finished", step, data, _ONE_STEP)
            self._recording.steps[step.key] = Recorded(data, failed=False, seq=0)
        return True

    async def _journal_unknown(self, step: Step, reason: str) -> None:
        data: Data = {"kind": step.kind, "name": step.name, "reason": reason}
        self._waiting.announce(step.key, _may_or_may_not(step.name))
        entry, _ = await self._pen.pack("step.unknown", step.key, data)
        await self._pen.write([entry], waiting_for=self._waiting.sentence())
        self._recording.unknown_steps[step.key] = data

    async def _person_says(self, step: Step) -> None:
        def look() -> bool | None:
            return None if step.key in self._recording.unknown_steps else True

        self._waiting.leave()
        try:
            await self._waiting.until_found(step.key, _may_or_may_not(step.name), None, look)
        finally:
            self._waiting.enter()


def _may_or_may_not(name: str) -> str:
    return f"A person must say whether {name} happened: it may or may not have"


def _spent(outcome: Outcome, data: Data) -> Spent:
    usage, cost = outcome.usage, outcome.cost_usd
    if usage is not None:
        data["usage"] = usage.model_dump(mode="json")
        cost = usage.cost_usd if cost is None else cost
    if cost is not None:
        data["cost_usd"] = str(cost)
    return Spent(
        steps=1,
        cost_nano_usd=round(cost * 10**9) if cost is not None else 0,
        unpriced=int(usage is not None and cost is None),
        input_tokens=usage.input_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
    )
