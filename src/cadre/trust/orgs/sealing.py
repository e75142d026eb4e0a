"""Sealing of an archive's secrets: under a passphrase, because no other key travels with them."""

import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cadre.trust.orgs.errors import PassphraseWrong

_SALT_BYTES = 16
_NONCE_BYTES = 12


def seal(values: dict[str, str], passphrase: str, org: str) -> bytes:
    """`values`, to be opened with `passphrase` as secrets of `org`; scrypt and AES-256-GCM."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    content = json.dumps(values).encode()
    return salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, content, org.encode())


def unseal(sealed: bytes, passphrase: str, org: str) -> dict[str, str]:
    """What `seal` sealed, or raise `PassphraseWrong`."""
    salt, rest = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:]
    nonce, content = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
    try:
        opened = AESGCM(_key(passphrase, salt)).decrypt(nonce, content, org.encode())
    except (InvalidTag, ValueError) as error:
        raise PassphraseWrong(
            "The secrets do not open with this passphrase. Give the one of the export, or none "
            "to import without secrets.",
            field="passphrase",
        ) from error
    return {str(name): str(value) for name, value in json.loads(opened).items()}


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 16, r=8, p=1).derive(passphrase.encode())
