"""Tools: what agents can do, each with a schema and an honest word on what it may change.

Built-in tools and those of other packages come in by the entry point group `cadre.tools`.
A tool acts inside a workspace (a folder of files) and, if it runs code, inside the sandbox.
"""

from cadre.engine.tools.arguments import parse_arguments
from cadre.engine.tools.lending import Lender, SecretNotLent
from cadre.engine.tools.origins import Origin, Source
from cadre.engine.tools.paths import BadPath, FileMissing
from cadre.engine.tools.personal import blobs_in_folders
from cadre.engine.tools.service import MEGABYTE, Storage
from cadre.engine.tools.tool import (
    BadArguments,
    Tool,
    ToolContext,
    ToolFailed,
    ToolOutput,
    UnknownTool,
)
from cadre.engine.tools.toolbox import OUTPUTS, Toolbox, ToolConflict, why_not
from cadre.engine.tools.workspace import (
    Entry,
    FileRef,
    StorageFull,
    Workspace,
    WorkspaceFull,
    Workspaces,
    media_type,
)

__all__ = [
    "MEGABYTE",
    "OUTPUTS",
    "BadArguments",
    "BadPath",
    "Entry",
    "FileMissing",
    "FileRef",
    "Lender",
    "Origin",
    "SecretNotLent",
    "Source",
    "Storage",
    "StorageFull",
    "Tool",
    "ToolConflict",
    "ToolContext",
    "ToolFailed",
    "ToolOutput",
    "Toolbox",
    "UnknownTool",
    "Workspace",
    "WorkspaceFull",
    "Workspaces",
    "blobs_in_folders",
    "media_type",
    "parse_arguments",
    "why_not",
]
