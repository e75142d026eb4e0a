"""The archive of a person: a zip that they can read without cadre.

person.json        who it is, when it was made, how many lines and files of what
<room>.jsonl       a line for each thing that is kept: {"table": ..., "values": {...}}
files/<room>/...   pictures, and the files of conversations
"""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from cadre.trust.privacy.ports import Attachment, Record

_UNSAFE = re.compile(r"[^\w.\- /()]")


class PersonArchive:
    """Writes an archive beside its place; `finish` gives it its name. For a thread of its own."""

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._target = target
        self._draft = target.with_suffix(".draft")
        self._draft.unlink(missing_ok=True)
        self._draft.touch(mode=0o600)
        self._zip = zipfile.ZipFile(self._draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._lines: IO[bytes] | None = None
        self._names: set[str] = set()

    def begin(self, room: str) -> None:
        """The lines from now on are `room`'s."""
        self.end()
        self._lines = self._zip.open(f"{room}.jsonl", "w", force_zip64=True)

    def write(self, record: Record) -> None:
        assert self._lines is not None
        values = {str(name): value for name, value in record.values.items()}
        line = {"table": str(record.table), "values": values}
        self._lines.write(orjson.dumps(line, default=str) + b"\n")

    def end(self) -> None:
        """Files can follow only when no lines are open."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def attach(self, room: str, file: Attachment) -> bool:
        """False if the file is gone by now."""
        name = self._free(f"files/{room}/{_tamed(file.name)}")
        try:
            self._zip.write(file.path, name)
        except OSError:
            return False
        self._names.add(name)
        return True

    def finish(self, about: Mapping[str, Any]) -> None:
        self.end()
        self._zip.writestr("person.json", orjson.dumps(about, option=orjson.OPT_INDENT_2))
        self._zip.close()
        self._draft.replace(self._target)

    def abandon(self) -> None:
        self.end()
        self._zip.close()
        self._draft.unlink(missing_ok=True)

    def _free(self, name: str) -> str:
        number, path = 1, Path(name)
        while name in self._names:
            number += 1
            name = str(path.with_stem(f"{path.stem} ({number})"))
        return name


def _tamed(name: str) -> str:
    """A relative name that no program unpacks outside of its folder."""
    parts = [_UNSAFE.sub("_", part)[:150] for part in name.split("/")]
    return "/".join(part for part in parts if part.strip(". ")) or "file"
