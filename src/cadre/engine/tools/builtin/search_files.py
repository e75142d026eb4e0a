"""search_files: lines of the workspace's files that hold a text or match a regex."""

import asyncio
from typing import cast

from cadre.engine.sandbox import Limits
from cadre.engine.tools.paths import normalise
from cadre.engine.tools.programs.search import search
from cadre.engine.tools.sandboxed import run_program
from cadre.engine.tools.tool import Tool, ToolContext, ToolFailed, ToolOutput
from cadre.engine.tools.workspace import Workspace
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json

_DEFAULT_LIMIT = 100
_LARGEST_FILE_BYTES = 20_000_000
_LIMITS = Limits(cpu_seconds=20, wall_seconds=20, memory_bytes=512 << 20)


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    request = {"limit": _DEFAULT_LIMIT, "path": ".", **arguments}
    request["path"] = normalise(str(request["path"]))
    if request.get("regex"):
        answer = await run_program(context, "search", request, _LIMITS)
    else:
        entries = await context.workspace.list(request["path"])
        paths = [e.path for e in entries if not e.is_folder and e.size <= _LARGEST_FILE_BYTES]
        paths = [path for path in paths if not any(p.startswith(".") for p in path.split("/"))]
        answer = await asyncio.to_thread(_search, context.workspace, request, paths)
    if "error" in answer:
        raise ToolFailed(str(answer["error"]))
    matches = cast("list[dict[str, Json]]", answer["matches"])
    lines = [f"{match['path']}:{match['line']}: {match['text']}" for match in matches]
    if not lines:
        text = f"Nothing matches {arguments['pattern']!r}."
    else:
        more = "; there are more, narrow the search" if answer["is_cut"] else ""
        text = "\n".join(lines) + f"\n\n{len(lines)} lines in {answer['files']} files{more}."
    return ToolOutput(text=text, data=answer)


def _search(workspace: Workspace, request: dict[str, Json], paths: list[str]) -> dict[str, Json]:
    def read(path: str) -> bytes | None:
        try:
            return workspace.read_now(path)
        except CadreError:
            return None

    return search(request, paths, read)


SEARCH_FILES = Tool(
    name="search_files",
    description="Find lines in the text files of the workspace that contain a text, or match a "
    "regular expression with regex: true. Returns path:line: text.",
    parameters={
        "type": "object",
        "properties": {
            "pattern": {"type": "string", "minLength": 1},
            "regex": {
                "type": "boolean",
                "description": "The pattern is a Python regular expression.",
            },
            "ignore_case": {"type": "boolean"},
            "glob": {
                "type": "string",
                "description": "Only files whose name matches, such as *.py.",
            },
            "path": {"type": "string", "description": "Folder to search."},
            "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
        },
        "required": ["pattern"],
        "additionalProperties": False,
    },
    run=_run,
    read_only=True,
    idempotent=True,
)
