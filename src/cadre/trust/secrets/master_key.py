"""The master key: 32 random bytes in a file that only the owner of the process may read.

It may come from the environment instead, in base64; what a person made up is refused.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from cadre.trust.secrets.errors import MasterKeyUnusable
from cadre.trust.secrets.sealing import KEY_BYTES

# 32 random bytes have some 30 different ones; fewer than this happens in no lifetime.
_FEWEST_DIFFERENT = 16


def load_master_key(path: Path) -> bytes:
    """Read the key at `path`; make it first if there is none."""
    if not path.exists():
        write_key(path, secrets.token_bytes(KEY_BYTES))
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The key in the file `path`, or raise `MasterKeyUnusable`."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise MasterKeyUnusable(f"Others may read {path}: run `chmod 600 {path}`.")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise MasterKeyUnusable(
            f"{path} does not hold a key of {KEY_BYTES} bytes: restore it from a backup. "
            "Without it the stored secrets can't be read; delete it only to enter them again."
        )
    return key


def read_new_key(path: Path) -> bytes:
    """A key to come, in the file `path`: 32 bytes, or those in base64; refused if it is weak."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MasterKeyUnusable(f"{path} can't be read: {error.strerror}.") from None
    if len(content) == KEY_BYTES:
        return _strong(content, str(path))
    return decode_key(content.decode(errors="replace"), str(path))


def decode_key(text: str, where: str) -> bytes:
    """The key that `text` is in base64; `where` it stands is said if it is refused."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise _weak(where, f"is not {KEY_BYTES} bytes in base64")
    return _strong(key, where)


def write_key(path: Path, key: bytes) -> bool:
    """Write `key` to `path`, whole or not at all; False if something is there, which stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where a rename would replace: of two processes that boot at once,
        # one makes the key and both use it.
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
        sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive the plug being pulled."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _strong(key: bytes, where: str) -> bytes:
    if len(set(key)) < _FEWEST_DIFFERENT:
        raise _weak(where, "repeats itself")
    if all(32 <= byte < 127 for byte in key):
        raise _weak(where, "is text")
    return key


def _weak(where: str, why: str) -> MasterKeyUnusable:
    return MasterKeyUnusable(
        f"The key in {where} {why}. Make one with `openssl rand -base64 32`.", field=where
    )
