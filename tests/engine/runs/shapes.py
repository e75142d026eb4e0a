"""Random runs: a tree of steps, parallel branches, waits, sleeps, children and ends."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from cadre.engine.runs import (
    ActiveRun,
    ChildFailed,
    OutcomeUnknown,
    Runs,
    RunSpec,
    Safety,
    StepContext,
    StepFailed,
)
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json

Shape = dict[str, Any]


class Planned(Invalid):
    """A failure that the shape asked for."""

    code = "planned"


def _step(safety: str, fails: bool, pause: bool, asks: bool) -> Shape:
    return {"do": "step", "safety": safety, "fails": fails, "pause": pause, "asks": asks}


def _all(parts: list[Shape]) -> Shape:
    return {"do": "all", "parts": parts}


def _child(parts: list[Shape]) -> Shape:
    return {"do": "child", "parts": parts}


def _run(parts: list[Shape], end: str) -> Shape:
    return {"do": "child", "parts": parts, "end": end}


_SAFETIES = st.sampled_from(["read_only", "idempotent", "unsafe"])
_LEAVES = st.one_of(
    st.builds(_step, _SAFETIES, st.booleans(), st.booleans(), st.booleans()),
    st.just({"do": "wait"}),
    st.just({"do": "wait", "times_out": True}),
    st.just({"do": "sleep"}),
)


def _branch(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    return st.one_of(
        st.builds(_all, st.lists(inner, min_size=2, max_size=3)),
        st.builds(_child, st.lists(inner, min_size=1, max_size=2)),
    )


def shapes() -> st.SearchStrategy[Shape]:
    """Some parts in sequence, then a normal end, a failure or a cancellation."""
    tree = st.recursive(_LEAVES, _branch, max_leaves=3)
    ends = st.sampled_from(["output", "output", "output", "failure", "cancel"])
    return st.builds(_run, st.lists(tree, min_size=1, max_size=2), ends)


@dataclass
class World:
    """What happened outside the journal, and who may say so."""

    acted: Counter[str] = field(default_factory=Counter[str])
    finished: set[str] = field(default_factory=set[str])
    doubled: list[str] = field(default_factory=list[str])
    runs: Runs | None = None

    async def drive(self, run: ActiveRun) -> Json:
        """The driver of kind `shape`."""
        path = run.input["path"]
        parts = [
            await self._do(run, part, f"{path}/{number}")
            for number, part in enumerate(run.definition["parts"])
        ]
        end = run.definition.get("end", "output")
        if end == "failure":
            raise Planned("The shape ends so.")
        if end == "cancel":
            await run.step("cancel", self._cancels, kind="code", name="cancel")
        return parts

    async def _do(self, run: ActiveRun, part: Shape, key: str) -> Json:
        if part["do"] == "step":
            return await self._step(run, part, key)
        if part["do"] == "wait":
            return await self._wait(run, part, key)
        if part["do"] == "sleep":
            await run.sleep(0.02, key=key)
            return "slept"
        if part["do"] == "all":
            async with asyncio.TaskGroup() as group:
                branches = [
                    group.create_task(self._do(run, branch, f"{key}.{number}"))
                    for number, branch in enumerate(part["parts"])
                ]
            return [branch.result() for branch in branches]
        child = await run.spawn(key, RunSpec("shape", part, {"path": key}, title=key))
        try:
            return await child.result()
        except ChildFailed as error:
            return error.code

    async def _wait(self, run: ActiveRun, part: Shape, key: str) -> Json:
        if part.get("times_out"):
            missed = await run.wait(f"never {key}", key=key, reason="Nobody comes", until=1.0)
            return [missed]

        async def ask(_: StepContext) -> Json:
            assert self.runs is not None
            return (
                await self.runs.signal(
                    run.scope, run.id, key=f"for {key}", name=key, data={"to": key}
                )
                or True
            )

        await run.step(f"ask {key}", ask, kind="code", name="ask", safety=Safety.IDEMPOTENT)
        signal = await run.wait(key, key=key, reason=f"Somebody must answer {key}")
        return signal and signal.data

    async def _step(self, run: ActiveRun, part: Shape, key: str) -> Json:
        async def act(_: StepContext) -> Json:
            if part["pause"]:
                await asyncio.sleep(0.002)
            if key in self.finished:
                self.doubled.append(key)
            self.acted[key] += 1
            if part["fails"]:
                raise Planned("The shape says so.")
            return {"acted": key}

        async def ask(_: str) -> Json:
            if part["fails"]:
                raise OutcomeUnknown
            return {"acted": key} if self.acted[key] else None

        try:
            return await run.step(
                key,
                act,
                kind="code",
                name=key,
                input=part,
                safety=Safety(part["safety"]),
                ask_outcome=ask if part["asks"] else None,
            )
        except StepFailed as error:
            # What failed before a crash is given up by the person who is asked: the same failure.
            return error.code.replace("outcome_abandoned", "planned")

    async def _cancels(self, context: StepContext) -> Json:
        assert self.runs is not None
        await self.runs.cancel(context.scope, RunId(context.run_id), "It cancels itself.")
        await asyncio.Event().wait()
