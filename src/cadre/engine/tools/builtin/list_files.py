"""list_files: what is in the workspace, as a tree or sorted."""

import datetime
import fnmatch
from pathlib import PurePosixPath

from cadre.engine.tools.builtin.sizes import size_text
from cadre.engine.tools.tool import Tool, ToolContext, ToolOutput
from cadre.engine.tools.workspace import Entry
from cadre.kernel.messages import Json

_DEFAULT_LIMIT = 200


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    path, pattern = str(arguments.get("path", ".")), arguments.get("glob")
    sort, limit = arguments.get("sort", "name"), int(arguments.get("limit", _DEFAULT_LIMIT))
    entries = await context.workspace.list(path)
    if not arguments.get("hidden", False) and not path.lstrip("./").startswith("."):
        entries = [entry for entry in entries if not _is_hidden(entry)]
    files = [entry for entry in entries if not entry.is_folder and _matches(entry, pattern)]
    total = sum(entry.size for entry in files)
    is_tree = sort == "name" and pattern is None
    shown = _sorted(files, str(sort))[:limit]
    if is_tree:
        text = _tree(entries, limit)
    else:
        text = "\n".join(f"{size_text(e.size):>10}  {_time(e)}  {e.path}" for e in shown)
    if not files:
        text = "No files match." if pattern else text or "There are no files yet."
    else:
        cut = f"; the first {limit} are shown" if len(files) > limit else ""
        text += f"\n\n{len(files)} files, {size_text(total)}{cut}."
    data = [{"path": e.path, "size": e.size, "modified_at": e.modified_at} for e in shown]
    return ToolOutput(text=text, data={"files": data, "count": len(files), "total_bytes": total})


def _is_hidden(entry: Entry) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(entry.path).parts)


def _matches(entry: Entry, pattern: Json) -> bool:
    if pattern is None:
        return True
    text = str(pattern).removeprefix("./").removeprefix("**/")
    name = entry.path if "/" in text else PurePosixPath(entry.path).name
    return fnmatch.fnmatch(name.lower(), text.lower().replace("**/", "*"))


def _sorted(files: list[Entry], sort: str) -> list[Entry]:
    if sort == "size":
        return sorted(files, key=lambda entry: (-entry.size, entry.path))
    if sort == "modified":
        return sorted(files, key=lambda entry: (-entry.modified_at, entry.path))
    return files


def _tree(entries: list[Entry], limit: int) -> str:
    lines: list[str] = []
    for entry in sorted(entries, key=lambda e: e.path.split("/")):
        path = PurePosixPath(entry.path)
        indent = "  " * (len(path.parts) - 1)
        lines.append(
            f"{indent}{path.name}/"
            if entry.is_folder
            else f"{indent}{path.name}  {size_text(entry.size)}  {_time(entry)}"
        )
        if len(lines) > limit:
            return "\n".join([*lines[:limit], "..."])
    return "\n".join(lines)


def _time(entry: Entry) -> str:
    moment = datetime.datetime.fromtimestamp(entry.modified_at, datetime.UTC)
    return moment.strftime("%Y-%m-%d %H:%M")


LIST_FILES = Tool(
    name="list_files",
    description="List the files of the workspace with their sizes and times: a tree by default, or "
    "sorted by size (largest first) or by time (newest first), optionally only those matching a glob.",
    parameters={
        "type": "object",
        "properties": {
            "path": {
                "type": "string",
                "description": "Folder to list; the whole workspace by default.",
            },
            "glob": {
                "type": "string",
                "description": "Only files whose name matches, such as *.csv.",
            },
            "sort": {"type": "string", "enum": ["name", "size", "modified"]},
            "limit": {"type": "integer", "minimum": 1, "maximum": 2000},
            "hidden": {"type": "boolean", "description": "Also files that begin with a dot."},
        },
        "additionalProperties": False,
    },
    run=_run,
    read_only=True,
    idempotent=True,
)
