"""Seal: what only a holder of the key can put under a chain.

Without it, whoever can write to the database could compute a whole chain anew.
"""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from cadre.trust.audit.errors import SealUnusable

_BYTES = 32


class Seal:
    """Seals ends of chains with `key`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, org: str, seq: int, hash_: str) -> str:
        """The seal under the event `seq` of `org`."""
        said = f"cadre-audit-1\n{org}\n{seq}\n{hash_}".encode()
        return hmac.digest(self._key, said, hashlib.sha256).hex()

    def is_under(self, seal: str, org: str, seq: int, hash_: str) -> bool:
        """Whether `seal` was put there by a holder of the key."""
        return hmac.compare_digest(seal.encode(), self.of(org, seq, hash_).encode())


def load_seal(path: Path) -> Seal:
    """The seal whose key is at `path`; the key is made first if there is none."""
    if not path.exists():
        _create(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SealUnusable(f"Others may read {path}: run `chmod 600 {path}`.")
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise SealUnusable(
            f"{path} does not hold a key of {_BYTES} bytes: restore it from a backup. Without it "
            "`cadre audit verify` can't tell whether the audit log was written anew."
        )
    return Seal(key)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)  # a rename would replace the key of a process that starts too
    except FileExistsError:
        pass
    finally:
        draft.unlink()
