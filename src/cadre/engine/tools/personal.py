"""Which content the files of workspaces are known to be, so that nobody deletes it."""

import asyncio
import re
from pathlib import Path

_BLOB = re.compile(rb"sha256:[0-9a-f]{64}")


async def blobs_in_folders(root: Path) -> set[str]:
    """The blobs that workspaces below `root` have taken their files for."""
    return await asyncio.to_thread(_read, root)


def _read(root: Path) -> set[str]:
    found: set[str] = set()
    for index in root.glob("*/index.json"):
        try:
            content = index.read_bytes()
        except OSError:
            continue  # its workspace is gone
        found.update(blob.decode() for blob in _BLOB.findall(content))
    return found
