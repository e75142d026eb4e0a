"""Keyring: the master key of today, the one to come while everything moves to it, and former ones.

Beside `master.key` lie `master.next.key` during a move and `master.ID.key` after it. The files are
read again whenever a key is met that is not known, so other processes follow without a restart.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from cadre.trust.secrets.errors import MasterKeyUnusable, RotationUnderWay
from cadre.trust.secrets.master_key import (
    decode_key,
    load_master_key,
    read_key,
    sync_folder,
    write_key,
)
from cadre.trust.secrets.ports import KeyWrap
from cadre.trust.secrets.wraps import CommandWrap, LocalWrap


class Keyring:
    """What wraps data keys now, and whatever has wrapped one that may still be in use."""

    def __init__(self, given: KeyWrap | None, file: Path | None = None) -> None:
        """`given` is the key of today, else the one in `file` is; one of the two is needed."""
        self._given, self._file = given, file
        self._today = given
        self._next: LocalWrap | None = None
        self._former: dict[str, LocalWrap] = {}
        self.refresh()

    @classmethod
    def of(cls, master_key: bytes) -> Self:
        """Of one key, in no file."""
        return cls(LocalWrap(master_key))

    @classmethod
    def open(cls, file: Path, *, base64_key: str = "", command: str = "") -> Self:
        """By what the settings say; without a word of them, the key in `file`, made if need be."""
        if base64_key and command:
            raise MasterKeyUnusable(
                "CADRE_MASTER_KEY and CADRE_MASTER_KEY_COMMAND are both set: keep one of them.",
                field="CADRE_MASTER_KEY",
            )
        if base64_key:
            return cls(LocalWrap(decode_key(base64_key, "CADRE_MASTER_KEY")), file)
        return cls(CommandWrap(command) if command else None, file)

    @property
    def newest(self) -> KeyWrap:
        """What a data key is wrapped with from now on."""
        return self._next or self._primary

    @property
    def is_moving(self) -> bool:
        return self._next is not None

    @property
    def left_behind(self) -> frozenset[str]:
        """The keys that nothing should be wrapped with any more."""
        today = {self._primary.id} if self._next else set[str]()
        return frozenset((today | set(self._retired())) - {self.newest.id})

    def find(self, key_id: str) -> KeyWrap | None:
        """The key of that id; the files are read again before it is given up."""
        found = self._known(key_id)
        if found is None and self._file is not None:
            self.refresh()
            found = self._known(key_id)
        return found

    def local(self) -> list[LocalWrap]:
        """Every key in this process, the newest first."""
        known = (self._next, self._today, *self._former.values())
        return [each for each in known if isinstance(each, LocalWrap)]

    def refresh(self) -> None:
        """Read the files again."""
        if self._file is None:
            return
        # The one to come before the one of today: a move that ends in between is seen at one side.
        coming = _read(self._next_file)
        if self._given is None:
            # Made at the start only: a key that is lost later must not be replaced unnoticed.
            first = LocalWrap(load_master_key(self._file)) if self._today is None else None
            self._today = first or _read(self._file) or self._today
        former = {wrap.id: wrap for wrap in map(_read, self._former_files()) if wrap}
        if self._given is not None and (file := _read(self._file)):
            former[file.id] = file
        self._former = former
        self._next = None if coming is None or coming.id == self._primary.id else coming

    def begin_move(self, new_key: bytes) -> None:
        """From now on data keys are wrapped with `new_key`; what there is must be moved to it."""
        self.refresh()
        if self._file is None:
            raise MasterKeyUnusable("This keyring lies in no file.")
        if LocalWrap(new_key).id in {wrap.id for wrap in self.local()}:
            raise MasterKeyUnusable(
                "This key was used before: make a new one.", field="new_key_file"
            )
        if self._next is None:  # what lies there has become the key of today
            self._next_file.unlink(missing_ok=True)
        if not write_key(self._next_file, new_key):
            raise RotationUnderWay(
                "The master key is being rotated already: finish that first, with "
                "`cadre secrets rotate-master` without a new key."
            )
        self.refresh()

    def end_move(self) -> bool:
        """Make the key to come the one of today, once nothing is under the old one.

        False if today's key is given by the environment: there it has to be changed by hand.
        """
        if self._file is None or self._given is not None:
            return False
        with self._locked():
            self.refresh()
            if self._next is not None and isinstance(self._today, LocalWrap):
                # Kept: backups of the database are older than the move.
                former = self._file.with_name(f"master.{self._today.id}.key")
                write_key(former, read_key(self._file))
                os.replace(self._next_file, self._file)
                sync_folder(self._file.parent)
                self.refresh()
        return True

    @property
    def _primary(self) -> KeyWrap:
        if self._today is None:
            raise MasterKeyUnusable("There is no master key.")
        return self._today

    @property
    def _next_file(self) -> Path:
        assert self._file is not None
        return self._file.with_name("master.next.key")

    def _former_files(self) -> list[Path]:
        assert self._file is not None
        return sorted(self._file.parent.glob("master.key-*.key"))

    def _retired(self) -> list[str]:
        return [] if self._file is None else [p.name.split(".")[1] for p in self._former_files()]

    def _known(self, key_id: str) -> KeyWrap | None:
        for wrap in (self._next, self._today):
            if wrap is not None and wrap.id == key_id:
                return wrap
        return self._former.get(key_id)

    @contextmanager
    def _locked(self) -> Generator[None]:
        """One process at a time ends a move."""
        assert self._file is not None
        descriptor = os.open(self._file.with_name("master.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _read(path: Path) -> LocalWrap | None:
    with suppress(FileNotFoundError):
        return LocalWrap(read_key(path))
    return None
