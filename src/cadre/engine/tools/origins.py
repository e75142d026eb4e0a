"""Origins: who uploaded a file of a workspace, or what wrote it after content from outside was read.

They lie beside the workspace, where no code of an agent reaches: a line for each thing that is
learnt, of which the last on a path counts. A file that no line speaks of was made here.
"""

import contextlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from cadre.engine.tools.paths import normalise
from cadre.kernel.errors import CadreError
from cadre.kernel.values import is_list

OUTSIDE_FILE = "file from outside"
OWN_FILE = "own file"


class Source(BaseModel, frozen=True):
    """Something that a run has read: which kind of content, and by whom or what it came."""

    kind: str
    by: str

    @property
    def is_outside(self) -> bool:
        """Whether it taints the run: what the person uploads who asks is their own words."""
        return self.kind != OWN_FILE


class Origin(NamedTuple):
    """`by` are names of one uploader (as "user:usr_1"), or of the tool that wrote the file."""

    is_upload: bool
    by: tuple[str, ...]

    def read_by(self, reader: str) -> Source:
        """What the file is to a run that `reader` began."""
        if self.is_upload and reader in self.by:
            return Source(kind=OWN_FILE, by=reader)
        return Source(kind=OUTSIDE_FILE, by=self.by[0])


class Origins:
    """The origins of one workspace's files."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def are_known(self) -> bool:
        return self._path.exists()

    def load(self) -> dict[str, Origin]:
        """By path; files that are gone may be among them."""
        known: dict[str, Origin] = {}
        with contextlib.suppress(FileNotFoundError):
            for line in self._path.read_bytes().splitlines():
                with contextlib.suppress(ValueError, TypeError):  # it was not written to its end
                    path, *origin = json.loads(line)
                    known[path] = read_origin(origin)
        return known

    def note(self, paths: Iterable[str], origin: Origin) -> None:
        """`paths` were written now, and come from there."""
        known = self.load()
        self._write({path: origin for path in paths if known.get(path) != origin})

    def replace(self, known: Mapping[str, Origin]) -> None:
        """Know these, and no others."""
        self._path.unlink(missing_ok=True)
        self._write(known)

    def read(self, root: Path, paths: Collection[str] | None, reader: str) -> set[Source]:
        """What a run of `reader` reads in `paths`, or in any file that is there."""
        known = self.load()
        if paths is None:
            there = {path for path in known if os.path.lexists(root / path)}
        else:
            there = {name for path in paths for name in _names(root, path)}
        return {known[path].read_by(reader) for path in there if path in known}

    def _write(self, known: Mapping[str, Origin]) -> None:
        # Each begins a line, so that one which was not written to its end spoils no other.
        lines = (b"\n" + json.dumps([path, *origin]).encode() for path, origin in known.items())
        if content := b"".join(lines):
            with self._path.open("ab") as file:  # in one piece: several processes may add
                file.write(content)


def read_origin(said: object) -> Origin:
    """An origin as JSON says it, or raise ValueError."""
    if not is_list(said) or len(said) != 2 or not is_list(said[1]) or not said[1]:
        raise ValueError("an origin is [is_upload, [by, ...]]")
    return Origin(bool(said[0]), tuple(map(str, said[1])))


def _names(root: Path, path: str) -> set[str]:
    """What `path` is called: as it is written, and as it is without links."""
    try:
        plain = normalise(path)
    except CadreError:
        return set()  # whoever asks for it is told
    real = os.path.realpath(root / plain)
    return {plain, os.path.relpath(real, os.path.realpath(root))}
