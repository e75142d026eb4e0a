"""Search lines of text files. A regex runs here, in the sandbox: one may take for ever.

Also imported by the tool itself, which searches for plain text without the sandbox.
"""

import fnmatch
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .wire import serve

_LARGEST_FILE_BYTES = 20_000_000
_LONGEST_LINE = 300
_SNIFFED_BYTES = 8192


def search(
    request: dict[str, Any], paths: Iterable[str], read: Callable[[str], bytes | None]
) -> dict[str, Any]:
    """Matching lines of `paths`, at most `limit`; `read` returns None for what it can't read."""
    flags = re.IGNORECASE if request.get("ignore_case") else 0
    pattern = request["pattern"] if request.get("regex") else re.escape(request["pattern"])
    try:
        compiled = re.compile(pattern, flags)
    except re.error as error:
        return {"error": f"{request['pattern']!r} is not a regular expression: {error}."}
    matches: list[dict[str, Any]] = []
    limit, files = int(request["limit"]), 0
    for path in paths:
        if not wanted(path, request.get("glob")):
            continue
        content = read(path)
        if content is None or b"\0" in content[:_SNIFFED_BYTES]:
            continue
        before = len(matches)
        for match in _lines(compiled, path, content):
            if len(matches) == limit:
                return {"matches": matches, "files": files + 1, "is_cut": True}
            matches.append(match)
        files += len(matches) > before
    return {"matches": matches, "files": files, "is_cut": False}


def wanted(path: str, glob: str | None) -> bool:
    """Whether the path, or its last part, matches."""
    if not glob:
        return True
    pattern = glob.removeprefix("./").removeprefix("**/").replace("**/", "*")
    return fnmatch.fnmatch(path if "/" in pattern else path.rsplit("/", 1)[-1], pattern)


def _lines(compiled: re.Pattern[str], path: str, content: bytes) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        found = compiled.search(line)
        if found is not None:
            start = max(0, found.start() - _LONGEST_LINE // 2)
            shown = line[start : start + _LONGEST_LINE].rstrip("\r")
            yield {"path": path, "line": number, "text": shown}


def _paths(root: str) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield os.path.relpath(os.path.join(folder, name))


def _read(path: str) -> bytes | None:
    try:
        file = Path(path)
        is_text = file.is_file() and not file.is_symlink()
        return file.read_bytes() if is_text and file.stat().st_size <= _LARGEST_FILE_BYTES else None
    except OSError:
        return None


def main() -> None:
    """Answer the request on stdin."""
    serve(lambda request: search(request, _paths(request["path"]), _read))
