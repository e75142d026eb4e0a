"""patch_file: change a part of a file, by exact text or by a unified diff."""

import difflib
import re
from dataclasses import dataclass

from cadre.engine.tools.builtin.read_file import decode
from cadre.engine.tools.tool import Tool, ToolContext, ToolFailed, ToolOutput
from cadre.kernel.messages import Json

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
_SHOWN_LINES = 60


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    path = str(arguments["path"])
    content = await context.workspace.read(path)
    text = decode(content)
    if text is None:
        raise ToolFailed(f"{path} is a binary file.")
    if "diff" in arguments:
        changed = apply_diff(text, str(arguments["diff"]))
    elif "search" in arguments and "replace" in arguments:
        changed = _replaced(text, arguments)
    else:
        raise ToolFailed("Give `search` and `replace`, or a `diff`.")
    if b"\r\n" in content:
        changed = changed.replace("\n", "\r\n")
    file = await context.workspace.add_file(path, changed.encode())
    shown = list(
        difflib.unified_diff(
            text.split("\n"), changed.replace("\r\n", "\n").split("\n"), lineterm="", n=2
        )
    )
    return ToolOutput(
        text=f"Changed {file.path}:\n" + "\n".join(shown[2 : 2 + _SHOWN_LINES]), files=[file]
    )


def _replaced(text: str, arguments: dict[str, Json]) -> str:
    wanted, replacement = str(arguments["search"]), str(arguments["replace"])
    if not wanted:
        raise ToolFailed("`search` is empty; use write_file for a new file.")
    count = text.count(wanted)
    if count == 0:
        raise ToolFailed(
            f"The text to replace is not in the file. {_nearest(text, wanted)}".strip()
        )
    if count > 1 and not arguments.get("all"):
        raise ToolFailed(f"The text is there {count} times; give more of it, or set all: true.")
    return text.replace(wanted, replacement)


def _nearest(text: str, wanted: str) -> str:
    """The line that looks most like the first line that was searched for."""
    first = next((line.strip() for line in wanted.split("\n") if line.strip()), "")
    lines = {line.strip(): number for number, line in enumerate(text.split("\n"), 1)}
    near = difflib.get_close_matches(first, lines, n=1, cutoff=0.6)
    return f"Line {lines[near[0]]} is near: {near[0][:200]!r}." if near else ""


@dataclass(slots=True)
class _Hunk:
    start: int
    old: list[str]
    new: list[str]


def apply_diff(text: str, diff: str) -> str:
    """`text` with every hunk applied where its context is, or raise `ToolFailed` naming the hunk."""
    hunks = _hunks(diff)
    if not hunks:
        raise ToolFailed("The diff has no hunk; each starts with a line like @@ -3,7 +3,8 @@.")
    lines, shift = text.split("\n"), 0
    for number, hunk in enumerate(hunks, 1):
        place = _place(lines, hunk, hunk.start - 1 + shift)
        if place is None:
            raise ToolFailed(
                f"Hunk {number} does not fit: its lines are not in the file as given. "
                f"Nothing was changed. It expects:\n" + "\n".join(hunk.old[:10])
            )
        lines[place : place + len(hunk.old)] = hunk.new
        shift += len(hunk.new) - len(hunk.old)
    return "\n".join(lines)


def _hunks(diff: str) -> list[_Hunk]:
    hunks: list[_Hunk] = []
    for line in diff.replace("\r\n", "\n").rstrip("\n").split("\n"):
        head = _HUNK.match(line)
        if head is not None:
            hunks.append(_Hunk(int(head[1]), [], []))
        elif hunks and not line.startswith("\\"):
            kind, rest = line[:1], line[1:]
            if kind in ("-", " ", ""):
                hunks[-1].old.append(rest)
            if kind in ("+", " ", ""):
                hunks[-1].new.append(rest)
    return hunks


def _place(lines: list[str], hunk: _Hunk, expected: int) -> int | None:
    """Where the hunk's old lines stand: as near as possible to where it says."""
    last = len(lines) - len(hunk.old)
    if not hunk.old:
        return min(max(expected + 1, 0), len(lines))
    places = [p for p in range(last + 1) if lines[p : p + len(hunk.old)] == hunk.old]
    return min(places, key=lambda place: abs(place - expected), default=None)


PATCH_FILE = Tool(
    name="patch_file",
    description="Change a part of a text file: replace an exact piece of text that occurs once "
    "(`search`, `replace`), or apply a unified `diff`.",
    parameters={
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "search": {"type": "string", "description": "Exact text, with its whitespace."},
            "replace": {"type": "string"},
            "all": {"type": "boolean", "description": "Replace every occurrence."},
            "diff": {"type": "string", "description": "Unified diff with @@ hunks."},
        },
        "required": ["path"],
        "additionalProperties": False,
    },
    run=_run,
    reads=("path",),
)
