"""Whatever a tool is or does, the model gets something that it can act on."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cadre.engine.sandbox import Missing, SandboxReport
from cadre.engine.tools import (
    BadArguments,
    Tool,
    Toolbox,
    ToolConflict,
    ToolContext,
    ToolOutput,
    UnknownTool,
    why_not,
)
from cadre.kernel.errors import LimitReached
from cadre.kernel.messages import Json

SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {"count": {"type": "integer"}},
    "required": ["count"],
    "additionalProperties": False,
}


def tool(run: Callable[[], Awaitable[object]], **more: Json) -> Tool:
    async def call(_arguments: dict[str, Json], _context: ToolContext) -> ToolOutput:
        return await run()  # pyright: ignore[reportReturnType]  # installed code keeps no types

    return Tool(name="thing", description="", parameters={"type": "object"}, run=call, **more)


async def outcome(made: Tool, context: ToolContext) -> ToolOutput:
    return await Toolbox([made]).act(made, {}, context)


def test_the_built_in_tools_come_by_the_entry_point(toolbox: Toolbox):
    names = [tool.name for tool in toolbox.all()]

    assert names == sorted(
        [
            "list_files",
            "read_file",
            "write_file",
            "search_files",
            "patch_file",
            "shell",
            "python",
            "sql",
            "chart",
            "http_get",
        ]
    )


def test_tools_say_what_they_may_change(toolbox: Toolbox):
    read_only = {tool.name for tool in toolbox.all() if tool.read_only}
    dangerous = {tool.name for tool in toolbox.all() if tool.dangerous}
    outside = {tool.name for tool in toolbox.all() if tool.outside}

    assert read_only == {"list_files", "read_file", "search_files", "sql", "http_get"}
    assert dangerous == {"shell", "python"}
    assert outside == {"http_get"}


def test_an_unknown_tool_is_answered_with_near_names(toolbox: Toolbox):
    with pytest.raises(UnknownTool, match="Did you mean read_file"):
        toolbox.get("readfile")
    with pytest.raises(UnknownTool, match="There are: chart"):
        toolbox.get("zzz")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"path": "a", }', "not valid JSON: .* at line 1 column"),
        ('{"path": "a"', "not valid JSON"),
        ('["a"]', "must be one JSON object, not a list"),
        ('"a"', "must be one JSON object, not a text"),
        ("{}", "'path' is a required property"),
        ('{"path": 7}', "`path`: 7 is not of type 'string'"),
        ('{"path": "a", "lines": 3}', "knows only: path, start_line, end_line"),
        ("[" * 100_000, "Simplify|not valid JSON"),
    ],
)
def test_wrong_arguments_say_what_is_wrong_and_where(toolbox: Toolbox, text: str, says: str):
    with pytest.raises(BadArguments, match=says):
        toolbox.check("read_file", text)


def test_right_arguments_come_back_parsed(toolbox: Toolbox):
    found, arguments = toolbox.check("read_file", '{"path": "a", "start_line": 2}')

    assert (found.name, arguments) == ("read_file", {"path": "a", "start_line": 2})


def test_no_text_means_no_arguments(toolbox: Toolbox):
    assert toolbox.check("list_files", "")[1] == {}


async def test_arguments_are_checked_again_before_acting(context: ToolContext):
    async def run() -> ToolOutput:
        raise AssertionError

    made = Tool("strict", "", SCHEMA, lambda _a, _c: run())

    output = await Toolbox([made]).act(made, {"count": "many"}, context)

    assert output.is_error
    assert "`count`: 'many' is not of type 'integer'" in output.text


async def test_an_exception_becomes_an_answer(context: ToolContext):
    async def run() -> ToolOutput:
        raise ZeroDivisionError("by zero")

    output = await outcome(tool(run), context)

    assert output.is_error
    assert output.text == "`thing` failed: ZeroDivisionError: by zero"


async def test_an_error_of_ours_keeps_its_code(context: ToolContext):
    async def run() -> ToolOutput:
        raise LimitReached("Too much; ask for less.")

    output = await outcome(tool(run), context)

    assert (output.text, output.data) == (
        "Too much; ask for less.",
        {"error": {"code": "limit_reached"}},
    )


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError()])
async def test_a_tool_cannot_end_the_server(context: ToolContext, error: BaseException):
    async def run() -> ToolOutput:
        raise error

    assert (await outcome(tool(run), context)).is_error


async def test_a_tool_that_hangs_is_stopped(context: ToolContext):
    async def run() -> ToolOutput:
        await asyncio.sleep(60)
        raise AssertionError

    output = await outcome(tool(run, timeout_seconds=0.05), context)

    assert output.is_error
    assert "took longer than 0.05 seconds" in output.text


async def deaf(is_over: asyncio.Event) -> ToolOutput:
    """A tool that will not hear of being cancelled."""
    while not is_over.is_set():
        try:
            await is_over.wait()
        except asyncio.CancelledError:
            continue
    return ToolOutput(text="late")


async def test_a_tool_that_ignores_its_end_is_left_behind(context: ToolContext):
    is_over = asyncio.Event()
    async with asyncio.timeout(5):
        output = await outcome(tool(lambda: deaf(is_over), timeout_seconds=0.05), context)
    is_over.set()

    assert output.is_error


async def test_cancelling_passes_through_even_a_tool_that_ignores_it(context: ToolContext):
    is_over = asyncio.Event()
    acting = asyncio.create_task(outcome(tool(lambda: deaf(is_over)), context))
    await asyncio.sleep(0.05)

    acting.cancel()
    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await acting
    is_over.set()


async def test_50_mb_of_text_are_cut_in_the_middle_and_kept_as_a_file(context: ToolContext):
    async def run() -> ToolOutput:
        return ToolOutput(text="start" + "x" * 50_000_000 + "end")

    output = await outcome(tool(run), context)

    assert len(output.text) < 31_000
    assert output.text.startswith("start")
    assert output.text.endswith("end")
    assert output.files[0].path in output.text
    assert output.files[0].size == 50_000_000


async def test_text_that_is_no_text_is_made_readable(context: ToolContext):
    async def run() -> ToolOutput:
        return ToolOutput(text="a\ud800b\0c", data={"k\ud800": "v\0\ud800"})

    output = await outcome(tool(run), context)

    assert output.model_dump_json()
    assert "\0" not in output.text
    output.text.encode()
    assert output.data == {"k?": "v\N{REPLACEMENT CHARACTER}?"}


@pytest.mark.parametrize("data", [{"a": object()}, {1, 2}, float("nan"), "x" * 3_000_000])
async def test_data_that_no_journal_can_hold_is_left_out(context: ToolContext, data: Json):
    async def run() -> ToolOutput:
        return ToolOutput(text="fine", data=data)

    output = await outcome(tool(run), context)

    assert output.text == "fine"
    assert "left_out" in output.data


async def test_something_that_is_no_output_is_an_error(context: ToolContext):
    async def run() -> object:
        return "just text"

    output = await outcome(tool(run), context)

    assert output.is_error
    assert "returned str" in output.text


def test_a_tool_without_a_schema_or_with_a_taken_name_is_refused():
    async def run() -> ToolOutput:
        return ToolOutput(text="")

    made = tool(run)
    broken = Tool("broken", "", {"type": "objekt"}, made.run)

    with pytest.raises(ToolConflict, match="Two installed packages"):
        Toolbox([made, made])
    with pytest.raises(ToolConflict, match="no schema"):
        Toolbox([broken])


def test_a_tool_that_needs_the_sandbox_says_why_it_is_off(toolbox: Toolbox):
    report = SandboxReport(
        False,
        "bubblewrap",
        missing=(Missing("bubblewrap is not installed.", "apt install bubblewrap"),),
    )

    assert why_not(toolbox.get("read_file"), report) is None
    assert "apt install bubblewrap" in (why_not(toolbox.get("sql"), report) or "")


THIRD_PARTY = """
from cadre.engine.tools import Tool, ToolOutput

async def shout(arguments, context):
    return ToolOutput(text=arguments["text"].upper())

def tools():
    yield Tool(
        name="shout",
        description="Say it louder.",
        parameters={"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        run=shout,
        read_only=True,
    )
"""


def install(folder: Path, name: str, module: str) -> None:
    """What pip leaves of a package: its module and its metadata."""
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[cadre.tools]\n{name} = {name}:tools\n")


async def test_a_package_brings_a_tool_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: ToolContext
):
    install(tmp_path, "cadre_shout", THIRD_PARTY)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    toolbox = Toolbox.installed()
    output = await toolbox.act(toolbox.get("shout"), {"text": "hello"}, context)

    assert output.text == "HELLO"
    assert "sql" in [tool.name for tool in toolbox.all()]


async def test_a_broken_package_loses_its_own_tools_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    install(tmp_path, "cadre_broken", "raise RuntimeError('no')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert "sql" in [tool.name for tool in Toolbox.installed().all()]
