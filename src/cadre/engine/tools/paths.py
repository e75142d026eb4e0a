"""Paths of a workspace: no spelling and no link leads out of it.

A path is checked as text, then as a real path, and then opened folder by folder without
following links, so that swapping a folder for a link in between gains nothing.
"""

import contextlib
import os
import stat
from collections.abc import Generator
from pathlib import Path, PurePosixPath

from cadre.kernel.errors import Invalid, NotFound

_SEEN_INSIDE = "/workspace"  # how the sandbox and so a model knows the root
_LONGEST_NAME_BYTES = 255
_LONGEST_PATH_BYTES = 2048


class BadPath(Invalid):
    """Not a path inside the workspace."""

    code = "bad_path"
    title = "The path is not allowed"


class FileMissing(NotFound):
    """There is no such file in the workspace."""

    code = "file_not_found"
    title = "No such file"


def normalise(path: str) -> str:
    """The path relative to the workspace ("." for the root), or raise `BadPath`."""
    if "\0" in path:
        raise BadPath("A path can't hold a NUL character.")
    text = path.strip() or "."
    if text == _SEEN_INSIDE or text.startswith(f"{_SEEN_INSIDE}/"):
        text = text[len(_SEEN_INSIDE) :].lstrip("/") or "."
    if text.startswith("/"):
        raise BadPath(f"{path[:200]!r} is absolute; give a path relative to the workspace.")
    parts: list[str] = []
    for part in PurePosixPath(text).parts:
        if part == "..":
            if not parts:
                raise BadPath(f"{path[:200]!r} leads out of the workspace.")
            parts.pop()
        elif len(_encoded(part)) > _LONGEST_NAME_BYTES:
            raise BadPath(f"A name is at most {_LONGEST_NAME_BYTES} bytes long.")
        else:
            parts.append(part)
    relative = "/".join(parts) or "."
    if len(_encoded(relative)) > _LONGEST_PATH_BYTES:
        raise BadPath(f"A path is at most {_LONGEST_PATH_BYTES} bytes long.")
    return relative


def resolve(root: Path, path: str) -> Path:
    """The real path, all links followed, or raise `BadPath` if it lies outside."""
    real_root = root.resolve()
    try:
        real = (real_root / normalise(path)).resolve()
    except (OSError, RuntimeError) as error:
        raise BadPath(f"{path[:200]!r} can't be followed: it is a circle of links.") from error
    if not real.is_relative_to(real_root):
        raise BadPath(f"{path[:200]!r} is a link that leads out of the workspace.")
    return real


@contextlib.contextmanager
def open_folder(root: Path, path: str, *, create: bool = False) -> Generator[int]:
    """A descriptor of the folder `path`; with `create`, missing ones are made."""
    relative = resolve(root, path).relative_to(root.resolve())
    current = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in relative.parts:
            if create:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=current)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            below = os.open(part, flags, dir_fd=current)
            os.close(current)
            current = below
        yield current
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissing(f"There is no folder {path[:200]!r} in the workspace.") from error
    finally:
        os.close(current)


def open_file(root: Path, path: str) -> int:
    """A descriptor to read the regular file `path`, or raise `FileMissing` or `BadPath`."""
    real = resolve(root, path).relative_to(root.resolve())
    try:
        with open_folder(root, str(real.parent)) as folder:
            # A pipe would block an open for reading until somebody writes.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(real.name or ".", flags, dir_fd=folder)
    except FileNotFoundError as error:
        raise FileMissing(f"There is no file {path[:200]!r} in the workspace.") from error
    except OSError as error:
        raise BadPath(f"{path[:200]!r} can't be opened: {error.strerror}.") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise BadPath(f"{path[:200]!r} is {what}.")
    return descriptor


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
