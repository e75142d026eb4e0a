"""The master key: 32 random bytes in a file that only the owner of the process may read."""

import os
import secrets
import stat
from pathlib import Path

from cadre.kernel.errors import Invalid

_BYTES = 32


class MasterKeyUnusable(Invalid):
    """The master key file is there, but can't be trusted or is not a key."""

    code = "master_key_unusable"


def load_master_key(path: Path) -> bytes:
    """Read the key at `path`; make it first if there is none."""
    if not path.exists():
        _create(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise MasterKeyUnusable(f"Others may read {path}: run `chmod 600 {path}`.")
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise MasterKeyUnusable(
            f"{path} does not hold a key of {_BYTES} bytes: restore it from a backup. "
            "Without it the stored secrets can't be read; delete it only to enter them again."
        )
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where a rename would replace: of two processes that boot at once,
        # one makes the key and both use it.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
