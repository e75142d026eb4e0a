"""write_file: a new file, or the new content of one."""

from cadre.engine.tools.builtin.sizes import size_text
from cadre.engine.tools.tool import Tool, ToolContext, ToolFailed, ToolOutput
from cadre.kernel.messages import Json

_MOST_BYTES = 20_000_000


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    path, content = str(arguments["path"]), str(arguments["content"])
    encoded = content.encode("utf-8", "replace")
    if len(encoded) > _MOST_BYTES:
        raise ToolFailed(f"A file written at once is at most {size_text(_MOST_BYTES)}.")
    file = await context.workspace.add_file(path, encoded)
    lines = content.count("\n") + (not content.endswith("\n") and bool(content))
    return ToolOutput(
        text=f"Wrote {file.path}: {lines} lines, {size_text(file.size)}.", files=[file]
    )


WRITE_FILE = Tool(
    name="write_file",
    description="Write a text file into the workspace. It replaces the whole file if it exists; "
    "to change a part, use patch_file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
        "required": ["path", "content"],
        "additionalProperties": False,
    },
    run=_run,
    reads=(),
    idempotent=True,
)
