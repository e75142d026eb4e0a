"""The secrets of keys: made, hashed and taken apart here only."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_MARK = "ck"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class KeyParts:
    """`prefix` may be shown; `secret` is 256 random bits, of which only the hash is kept."""

    prefix: str
    secret: str

    def joined(self) -> str:
        return f"{_MARK}_{self.prefix}_{self.secret}"

    def matches(self, secret_hash: str | None) -> bool:
        """Compare in a time that does not tell how much agrees."""
        return secret_hash is not None and hmac.compare_digest(
            secret_hash.encode(), hash_of(self.secret).encode()
        )


def new_parts(prefix: str | None = None) -> KeyParts:
    """A new secret, behind `prefix` if it is there already."""
    return KeyParts(prefix or secrets.token_hex(5), secrets.token_hex(32))


def split(key: str) -> KeyParts | None:
    """The parts of `ck_<prefix>_<secret>`, or None if it does not look like one."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != _MARK or not prefix or not secret or len(key) > _LONGEST:
        return None
    return KeyParts(prefix, secret)


def hash_of(secret: str) -> str:
    """A plain hash is enough: nobody can try 2**256 secrets."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(authorization: str) -> str:
    """The key in `Authorization: Bearer ...`, or ""."""
    kind, _, key = authorization.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""
