"""python: a script in the sandbox, with the packages that cadre itself has."""

from cadre.engine.tools.builtin.shell import MOST_SECONDS, run_and_report
from cadre.engine.tools.sandboxed import SCRIPT_RUNNER
from cadre.engine.tools.tool import Tool, ToolContext, ToolOutput
from cadre.kernel.messages import Json


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    code = str(arguments["code"]).encode("utf-8", "replace")
    return await run_and_report(("python", SCRIPT_RUNNER), arguments, context, stdin=code)


PYTHON = Tool(
    name="python",
    description="Run a Python script in the workspace, inside a sandbox without network. Print what "
    "you want to see; files that it writes stay in the workspace and are shown. duckdb, openpyxl "
    "and the standard library are there.",
    parameters={
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": MOST_SECONDS},
        },
        "required": ["code"],
        "additionalProperties": False,
    },
    run=_run,
    dangerous=True,
    needs_sandbox=True,
    timeout_seconds=MOST_SECONDS + 30,
)
