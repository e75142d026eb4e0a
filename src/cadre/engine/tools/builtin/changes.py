"""What a command did to the workspace: the files that are new or different afterwards."""

from cadre.engine.tools.workspace import FileRef, Workspace
from cadre.kernel.errors import CadreError

_MOST_FILES = 40
_LARGEST_BYTES = 200 << 20

State = dict[str, tuple[int, float]]


async def state_of(workspace: Workspace) -> State:
    """Sizes and times of all files, hidden ones left out."""
    return {
        entry.path: (entry.size, entry.modified_at)
        for entry in await workspace.list()
        if not entry.is_folder and not any(p.startswith(".") for p in entry.path.split("/"))
    }


async def changed_files(workspace: Workspace, before: State) -> list[FileRef]:
    """References to what is new or different, the newest first."""
    after = await state_of(workspace)
    changed = [path for path, state in after.items() if before.get(path) != state]
    changed = [path for path in changed if "__pycache__" not in path]
    changed.sort(key=lambda path: -after[path][1])
    files: list[FileRef] = []
    for path in changed[:_MOST_FILES]:
        if after[path][0] <= _LARGEST_BYTES:
            try:
                files.append(await workspace.file_ref(path))
            except CadreError:
                continue  # gone or replaced meanwhile
    return files
