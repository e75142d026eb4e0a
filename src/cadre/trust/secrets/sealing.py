"""Sealing: AES-256-GCM with a fresh nonce in front, bound to what the value belongs to."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cadre.kernel.ids import OrgId

KEY_BYTES = 32
# Sealed under the master key itself, as everything was before data keys.
DIRECT = 0
_NONCE_BYTES = 12


def new_key() -> bytes:
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    """The nonce, then the ciphertext with its tag."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound_to)


def unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes | None:
    """What was sealed; None if not with this key, not for `bound_to`, or changed since."""
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        return None


def derived(key: bytes, purpose: bytes, size: int = KEY_BYTES) -> bytes:
    """Another key for another purpose, that says nothing of `key`."""
    return HKDF(SHA256(), size, salt=None, info=purpose).derive(key)


def bound_to_value(org: OrgId, name: str, version: int, generation: int) -> bytes:
    """What the value of a secret is bound to."""
    said = f"{org}\0{name}"
    return (said if generation == DIRECT else f"{said}\0{version}").encode()


def bound_to_key(org: OrgId, generation: int) -> bytes:
    """What a data key is bound to."""
    return f"data-key\0{org}\0{generation}".encode()
