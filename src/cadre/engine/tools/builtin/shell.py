"""shell: a command line in the sandbox, in the workspace."""

from cadre.engine.sandbox import Limits, Result
from cadre.engine.tools.builtin.changes import changed_files, state_of
from cadre.engine.tools.sandboxed import run_code, why_killed
from cadre.engine.tools.tool import Tool, ToolContext, ToolOutput
from cadre.kernel.messages import Json

MOST_SECONDS = 300


def limits_for(arguments: dict[str, Json]) -> Limits:
    """Limits of code that a model wrote; the time can be asked for."""
    seconds = float(arguments.get("timeout_seconds", 60))
    return Limits(cpu_seconds=2 * seconds, wall_seconds=seconds, memory_bytes=2 << 30)


async def run_and_report(
    argv: tuple[str, ...], arguments: dict[str, Json], context: ToolContext, *, stdin: bytes = b""
) -> ToolOutput:
    """Run, and say what it printed, how it ended and which files it made."""
    limits = limits_for(arguments)
    before = await state_of(context.workspace)
    result = await run_code(context, argv, stdin=stdin, limits=limits)
    files = await changed_files(context.workspace, before)
    return ToolOutput(
        text=_report(result, limits, [file.path for file in files]),
        data={
            "exit_code": result.exit_code,
            "killed": result.killed,
            "duration_seconds": round(result.duration_seconds, 3),
        },
        files=files,
        is_error=result.exit_code != 0 or result.killed is not None,
    )


def _report(result: Result, limits: Limits, files: list[str]) -> str:
    parts = [result.stdout.decode(errors="replace").rstrip()]
    errors = result.stderr.decode(errors="replace").rstrip()
    if errors:
        parts.append(f"stderr:\n{errors}")
    if result.killed is not None:
        parts.append(why_killed(result.killed, limits))
    elif result.exit_code != 0:
        parts.append(f"Exit code {result.exit_code}.")
    if files:
        parts.append(f"New or changed files: {', '.join(files)}")
    return "\n\n".join(part for part in parts if part) or "It printed nothing and ended well."


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    script = str(arguments["command"]).encode("utf-8", "replace")
    return await run_and_report(("bash", "-c", script.decode()), arguments, context)


SHELL = Tool(
    name="shell",
    description="Run a bash command in the workspace, inside a sandbox without network. Prints what "
    "the command prints; files that it makes stay in the workspace.",
    parameters={
        "type": "object",
        "properties": {
            "command": {"type": "string"},
            "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": MOST_SECONDS},
        },
        "required": ["command"],
        "additionalProperties": False,
    },
    run=_run,
    dangerous=True,
    needs_sandbox=True,
    timeout_seconds=MOST_SECONDS + 30,
)
