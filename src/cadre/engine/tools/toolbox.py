"""The toolbox: every installed tool, and the one way in which a tool acts.

Whatever a tool does (hangs, raises, returns 50 MB or broken text), the caller gets a `ToolOutput`
that a model can read, without any secret that is known. Only cancellation passes through.
"""

import asyncio
import difflib
import hashlib
import json
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Self

from cadre.engine.sandbox import SandboxReport
from cadre.engine.tools.arguments import check_schema, faults, parse_arguments
from cadre.engine.tools.origins import Source
from cadre.engine.tools.tool import (
    BadArguments,
    Frame,
    Tool,
    ToolContext,
    ToolFailed,
    ToolOutput,
    UnknownTool,
)
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError, Conflict, LimitReached
from cadre.kernel.messages import Json, ToolSpec
from cadre.trust.secrets import Frames, Masks, Redactor

_GROUP = "cadre.tools"
OUTPUTS = ".outputs/"  # where long answers are kept whole
_TEXT_CHARACTERS = 30_000
_WHOLE_TEXT_BYTES = 50_000_000
_DATA_BYTES = 2_000_000
_MOST_FILES = 200
_LONG_CHARACTERS = 100_000  # more than this is masked on a thread
_GRACE_SECONDS = 1.0  # for a tool to clean up after it was told to stop
_log = get_logger(__name__)


class ToolConflict(Conflict):
    """Two packages offer a tool of the same name, or one offers something that is no tool."""

    code = "tool_conflict"


class TooSlow(LimitReached):
    """The tool used up its time."""

    code = "tool_timed_out"
    title = "The tool took too long"


class Toolbox:
    """Tools by name. What `redactor` knows is in no output and in no live frame."""

    def __init__(self, tools: Iterable[Tool], redactor: Redactor | None = None) -> None:
        self._redactor = redactor or Redactor()
        self._tools: dict[str, Tool] = {}
        self._leaving = set[asyncio.Task[object]]()
        for tool in tools:
            fault = check_schema(tool.parameters)
            if fault is not None:
                raise ToolConflict(
                    f"The parameters of the tool {tool.name!r} are no schema: {fault}."
                )
            if tool.name in self._tools:
                raise ToolConflict(
                    f"Two installed packages offer a tool {tool.name!r}; remove one."
                )
            self._tools[tool.name] = tool

    @classmethod
    def installed(cls, redactor: Redactor | None = None) -> Self:
        """Every tool that an installed package declares. One broken package loses its own only."""
        tools: list[Tool] = []
        for entry in sorted(
            entry_points(group=_GROUP), key=lambda e: (e.name != "builtin", e.name)
        ):
            try:
                tools += list(entry.load()())
            except Exception as error:  # a package that nobody here wrote
                _log.error("tools_not_loaded", entry=entry.value, error=repr(error))
        return cls(tools, redactor)

    def all(self) -> list[Tool]:
        """Every tool, by name."""
        return sorted(self._tools.values(), key=lambda tool: tool.name)

    def get(self, name: str) -> Tool:
        """The tool, or raise `UnknownTool` with names that are near."""
        if name in self._tools:
            return self._tools[name]
        near = difflib.get_close_matches(name, self._tools, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else f"There are: {', '.join(sorted(self._tools))}."
        )
        raise UnknownTool(f"There is no tool {name[:80]!r}. {hint}")

    def brought(self, name: str) -> Source | None:
        """What a run reads in whatever the tool of that name returns."""
        tool = self._tools.get(name)
        return None if tool is None else tool.brought()

    def specs(self, names: Iterable[str]) -> list[ToolSpec]:
        """The tools as a model sees them."""
        return [self.get(name).spec for name in names]

    def validate(self, tool: Tool, arguments: dict[str, Json]) -> list[str]:
        """What is wrong with the arguments, a sentence each; empty if they fit."""
        return faults(tool, arguments)

    def check(self, name: str, arguments: str) -> tuple[Tool, dict[str, Json]]:
        """A model's raw call as a tool and arguments that fit, or raise what the model should see."""
        tool = self.get(name)
        parsed = parse_arguments(arguments)
        wrong = faults(tool, parsed)
        if wrong:
            raise BadArguments(f"`{name}` can't take these arguments. {' '.join(wrong)}")
        return tool, parsed

    async def act(self, tool: Tool, arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
        """Run the tool within its time; every failure becomes an `is_error` output."""
        masks = self._redactor.of(context.scope.org)
        wrong = faults(tool, arguments)
        if wrong:
            said = f"`{tool.name}` can't take these arguments. {' '.join(wrong)}"
            return _failure(masks.mask(said))
        watched = replace(context, emit=_masked_emit(context, masks))
        try:
            output = await self._within(tool, _run(tool, arguments, watched))
            # Masked whole: what is cut out of a text may be half a secret.
            return await _bounded(await _masked(_checked(output, tool), masks), tool, context)
        except CadreError as error:
            return _failure(masks.mask(error.detail), error.code)
        except Exception as error:  # a tool is anybody's code
            _log.warning("tool_raised", tool=tool.name, error=repr(error))
            said = masks.mask(f"`{tool.name}` failed: {type(error).__name__}: {error}")
            return _failure(said[:2000])

    async def _within(self, tool: Tool, work: Coroutine[None, None, object]) -> object:
        """The result of `work`, or raise `TooSlow`; one that ignores its cancellation is left behind."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task}, timeout=tool.timeout_seconds)
            if task.done():
                return task.result()
            raise TooSlow(
                f"`{tool.name}` took longer than {tool.timeout_seconds:g} seconds and was stopped."
            )
        finally:
            if not task.done():
                task.cancel()
                self._leaving.add(task)
                task.add_done_callback(self._left)
                await asyncio.wait({task}, timeout=_GRACE_SECONDS)

    def _left(self, task: asyncio.Task[object]) -> None:
        self._leaving.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.info("tool_failed_after_its_end", error=repr(task.exception()))


async def _run(tool: Tool, arguments: dict[str, Json], context: ToolContext) -> object:
    """Run the tool; nothing that it raises may end the server."""
    try:
        return await tool.run(arguments, context)
    except (SystemExit, KeyboardInterrupt) as error:
        raise ToolFailed(f"`{tool.name}` tried to end the program.") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ToolFailed(f"`{tool.name}` cancelled itself.") from error


def why_not(tool: Tool, report: SandboxReport) -> str | None:
    """Why the tool is off on this machine, or None."""
    if tool.needs_sandbox and not report.available:
        return f"It needs the sandbox. {report.reason}".strip()
    return None


def _failure(text: str, code: str = "tool_failed") -> ToolOutput:
    return ToolOutput(text=_readable(text), data={"error": {"code": code}}, is_error=True)


def _checked(output: object, tool: Tool) -> ToolOutput:
    """Installed code may return anything."""
    if isinstance(output, ToolOutput):
        return output.model_copy()
    return ToolOutput(
        text=f"`{tool.name}` returned {type(output).__name__} instead of a ToolOutput.",
        is_error=True,
    )


def _masked_emit(context: ToolContext, masks: Masks) -> Callable[[Frame], None]:
    frames = Frames(masks)

    def emit(frame: Frame) -> None:
        if (masked := frames.mask(frame)) is not None:
            context.emit(masked)

    return emit


async def _masked(output: ToolOutput, masks: Masks) -> ToolOutput:
    """`output` as any JSON can hold it; a file that the tool wrote stays as it is."""
    text, data = _readable(output.text), _plain(output.data)
    if masks and len(text) + len(data) > _LONG_CHARACTERS:
        text = await asyncio.to_thread(masks.mask, text)
        data = await asyncio.to_thread(masks.mask_json, data)
    else:
        text, data = masks.mask(text), masks.mask_json(data)
    output.text, output.data = text, json.loads(data)
    return output


async def _bounded(output: ToolOutput, tool: Tool, context: ToolContext) -> ToolOutput:
    output.files = output.files[:_MOST_FILES]
    if len(output.text) > _TEXT_CHARACTERS:
        whole = output.text.encode()[:_WHOLE_TEXT_BYTES]
        digest = hashlib.sha256(context.idempotency_key.encode() + whole).hexdigest()[:12]
        path = f"{OUTPUTS}{tool.name}-{digest}.txt"
        try:
            output.files.append(await context.workspace.add_file(path, whole))
            note = f"the whole text is in {path}"
        except CadreError as error:
            note = f"the rest is lost: {error.detail}"
        output.text = _middle_cut(output.text, note)
    return output


def _middle_cut(text: str, note: str) -> str:
    half = _TEXT_CHARACTERS // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n\n[... {left_out} characters left out; {note} ...]\n\n{text[-half:]}"


def _readable(text: str) -> str:
    """Text that any JSON and any database can hold: no lone surrogates, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _plain(data: Json) -> str:
    """`data` as JSON if it is, and of a bearable size; otherwise a note in its place."""
    try:
        text = _readable(json.dumps(data, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return '{"left_out": "not JSON"}'
    if len(text) > _DATA_BYTES:
        return json.dumps({"left_out": f"{len(text)} characters"})
    return text.replace("\\u0000", "\\ufffd")
