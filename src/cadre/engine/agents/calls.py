"""The calls of one reply: side by side through the gate, then carried out.

Calls that write take turns, so that the snapshot after each holds its own changes only.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import monotonic

from pydantic import ValidationError

from cadre.engine.agents.reading import Reading, reader_of
from cadre.engine.gate import OTHER, Admitted, Gate, Mandate, sources_of
from cadre.engine.runs import ActiveRun, Safety, StepContext, StepFailed
from cadre.engine.sandbox import Sandbox
from cadre.engine.tools import (
    FileRef,
    Lender,
    Source,
    Storage,
    Tool,
    Toolbox,
    ToolContext,
    ToolOutput,
    Workspace,
)
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json, ToolCall, ToolMessage
from cadre.kernel.values import is_object

_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class CallResult:
    """What the model gets to see of a call, and what the turn keeps of it."""

    message: ToolMessage
    files: list[FileRef] = field(default_factory=list[FileRef])
    sources: set[Source] = field(default_factory=set[Source])
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Carries out calls for `run` under `mandate`."""

    run: ActiveRun
    mandate: Mandate
    storage: Storage
    workspace: Workspace
    toolbox: Toolbox
    gate: Gate
    sandbox: Sandbox
    http: HttpClient
    lender: Lender | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def carry_out(self, number: int, calls: list[ToolCall]) -> list[CallResult]:
        """The results of all calls, in their order."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._carry_out_one(f"{number}.{place}", call))
                    for place, call in enumerate(calls)
                ]
        except BaseExceptionGroup as failures:
            # The first failure is the run's; the others were cancelled because of it.
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _carry_out_one(self, key: str, call: ToolCall) -> CallResult:
        admission = await self.gate.admit(self.run, key, call, self.mandate)
        if not isinstance(admission, Admitted):
            return CallResult(_message(call, admission.message, is_error=True))
        tool = self.toolbox.get(call.name)
        async with AsyncExitStack() as turn:
            if not tool.read_only:
                await turn.enter_async_context(self._writing)
            try:
                output = await self._act(key, tool, admission.call.arguments)
            except StepFailed as error:
                return CallResult(_message(call, error.detail, is_error=True))
        result = _result(call, output, admission.note)
        if (brought := tool.brought()) is not None:  # whatever its output was made into since
            result.sources.add(brought)
        return result

    async def _act(self, key: str, tool: Tool, arguments: dict[str, Json]) -> Json:
        return await self.run.step(
            f"tool/{key}",
            lambda context: self._effect(tool, arguments, context),
            kind="tool",
            name=tool.name,
            input=arguments,
            safety=_safety(tool),
            timeout_seconds=tool.timeout_seconds + _GRACE_SECONDS,
        )

    async def _effect(self, tool: Tool, arguments: dict[str, Json], step: StepContext) -> Json:
        started = monotonic()
        context = ToolContext(
            scope=self.run.scope,
            workspace=await self.storage.within(self.run.scope, self.workspace),
            sandbox=self.sandbox,
            http=self.http,
            emit=step.emit,
            idempotency_key=step.idempotency_key,
        )
        reading = self._reading(tool, arguments)
        await reading.begin()
        async with AsyncExitStack() as call:
            names = tool.secrets_for(arguments)
            if names and self.lender is not None:
                holder = f"run:{self.run.id} tool:{tool.name}"
                lending = self.lender.lending(self.run.scope, holder, names)
                context.lending = await call.enter_async_context(lending)
            output = await self._acted(tool, arguments, context)
        result: dict[str, Json] = output.model_dump(mode="json")
        result |= await reading.end(output)
        result["seconds"] = round(monotonic() - started, 3)
        return result

    def _reading(self, tool: Tool, arguments: dict[str, Json]) -> Reading:
        return Reading(
            self.workspace,
            reader_of(self.run),
            tool,
            tool.paths_in(arguments),
            is_tainted=self.mandate.tainted,
        )

    async def _acted(
        self, tool: Tool, arguments: dict[str, Json], context: ToolContext
    ) -> ToolOutput:
        """What the tool gave; what it wrote counts, also if it was stopped."""
        may_have_written = not tool.read_only
        try:
            output = await self.toolbox.act(tool, arguments, context)
            may_have_written |= bool(output.files)  # a long answer is a file too
            return output
        finally:
            if may_have_written:
                await self.storage.measure(self.run.scope, self.workspace)


def _safety(tool: Tool) -> Safety:
    if tool.read_only:
        return Safety.READ_ONLY
    return Safety.IDEMPOTENT if tool.idempotent else Safety.UNSAFE


def _sources(call: ToolCall, output: dict[str, Json]) -> set[Source]:
    found = sources_of(output)
    if output.get("tainted") is True and not any(source.is_outside for source in found):
        found.add(Source(kind=OTHER, by=f"tool:{call.name}"))
    return found


def _message(call: ToolCall, text: str, *, is_error: bool) -> ToolMessage:
    return ToolMessage(call_id=call.id, name=call.name, text=text, is_error=is_error)


def _result(call: ToolCall, output: Json, note: str) -> CallResult:
    """A person who said what happened may have given anything as its output."""
    try:
        read = ToolOutput.model_validate(output)
    except ValidationError:
        read = ToolOutput(text=output if isinstance(output, str) else f"A person said: {output}")
    given = output if is_object(output) else {}
    text = f"({note})\n{read.text}" if note else read.text
    return CallResult(
        _message(call, text, is_error=read.is_error),
        files=read.files,
        sources=_sources(call, given),
        seconds=float(given.get("seconds", 0.0)),
    )
