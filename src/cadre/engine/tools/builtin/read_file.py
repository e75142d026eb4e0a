"""read_file: the text of a file, whole or some lines of it."""

import codecs

from cadre.engine.tools.builtin.sizes import size_text
from cadre.engine.tools.tool import Tool, ToolContext, ToolFailed, ToolOutput
from cadre.engine.tools.workspace import Entry, media_type
from cadre.kernel.messages import Json

_MOST_BYTES = 20_000_000
_DEFAULT_LINES = 800
_LONGEST_LINE = 4000
_SNIFFED_BYTES = 8192


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    path = str(arguments["path"])
    entry = await context.workspace.stat(path)
    if entry.is_folder:
        raise ToolFailed(f"{path} is a folder; use list_files.")
    content = await context.workspace.read(path, limit=_MOST_BYTES)
    kind = media_type(path)
    if kind.startswith("image/") and kind != "image/svg+xml":
        file = await context.workspace.file_ref(path)
        return ToolOutput(
            text=f"{path} is an image ({kind}, {size_text(entry.size)}), shown to the person.",
            files=[file],
        )
    text = decode(content)
    if text is None:
        return ToolOutput(
            text=f"{path} is a binary file ({kind}, {size_text(entry.size)}); its bytes are no text.",
            is_error=True,
        )
    return _lines(text, arguments, entry)


def _lines(text: str, arguments: dict[str, Json], entry: Entry) -> ToolOutput:
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    start = int(arguments.get("start_line", 1))
    end = min(int(arguments.get("end_line", start + _DEFAULT_LINES - 1)), len(lines))
    if lines and start > len(lines):
        raise ToolFailed(
            f"{entry.path} has {len(lines)} lines; start_line {start} is past the end."
        )
    wanted = [_cut(line) for line in lines[start - 1 : end]]
    shown = "\n".join(wanted)
    notes: list[str] = []
    if start > 1 or end < len(lines):
        notes.append(f"Lines {start} to {end} of {len(lines)}.")
    if entry.size > _MOST_BYTES:
        notes.append(
            f"Only the first {size_text(_MOST_BYTES)} of {size_text(entry.size)} were read."
        )
    if notes:
        shown += f"\n\n[{' '.join(notes)} Use start_line and end_line for others.]"
    return ToolOutput(
        text=shown or "(The file is empty.)",
        data={"path": entry.path, "lines": len(lines), "size": entry.size},
    )


def decode(content: bytes) -> str | None:
    """The text that the bytes hold, or None if they are no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:_SNIFFED_BYTES]:
        return None
    text = content.decode("utf-8-sig", "replace")
    if (
        text[:_SNIFFED_BYTES].count("\N{REPLACEMENT CHARACTER}")
        <= len(text[:_SNIFFED_BYTES]) // 100
    ):
        return text.replace("\r\n", "\n")
    guess = content.decode("cp1252", "replace")
    controls = sum(c < " " and c not in "\t\r\n\f\x1b" for c in guess[:_SNIFFED_BYTES])
    return guess.replace("\r\n", "\n") if controls == 0 else None


def _cut(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_LONGEST_LINE]}[... {len(line) - _LONGEST_LINE} more characters]"


READ_FILE = Tool(
    name="read_file",
    description="Read a text file of the workspace, whole or a range of lines. For questions about "
    "tables (CSV, Parquet, XLSX) prefer sql; images are reported, not read.",
    parameters={
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "start_line": {"type": "integer", "minimum": 1},
            "end_line": {"type": "integer", "minimum": 1},
        },
        "required": ["path"],
        "additionalProperties": False,
    },
    run=_run,
    reads=("path",),
    read_only=True,
    idempotent=True,
)
