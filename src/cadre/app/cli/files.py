"""Files that a run made, saved where the person is."""

import asyncio
import hashlib
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from cadre.app.cli.client import ApiClient
from cadre.app.cli.output import fields


async def save_files(api: ApiClient, run: dict[str, Any], out: Path | None) -> list[dict[str, Any]]:
    """Save the files of the answer into `out`, beside what is there already, never over it."""
    files: list[dict[str, Any]] = fields(run["output"]).get("files") or []
    if out is None or not files:
        return files
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    return [{**f, "saved_to": str(await _save(api, run["id"], f["path"], out))} for f in files]


async def _save(api: ApiClient, run_id: str, path: str, out: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=out, prefix=".cadre-") as folder:
        draft = Path(folder) / "file"
        await api.download(f"/runs/{run_id}/files/{quote(path)}", draft)
        target = _free_name(out, PurePosixPath(path).name, draft)
        if not target.exists():
            draft.rename(target)
        return target.absolute()


def _free_name(out: Path, name: str, draft: Path) -> Path:
    """`name`, or `name-2`, ... : the first that is free or holds the same already."""
    plain = Path(name)
    target, number = out / name, 1
    while target.exists() and (not target.is_file() or _digest(target) != _digest(draft)):
        number += 1
        target = out / f"{plain.stem}-{number}{plain.suffix}"
    return target


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
