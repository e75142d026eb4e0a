"""A key management service as a command: `key_service KEY_FILE wrap|unwrap`, base64 in and out."""

import base64
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def main(key_file: str, verb: str) -> None:
    cipher = AESGCM(Path(key_file).read_bytes())
    given = base64.b64decode(sys.stdin.readline())
    if verb == "wrap":
        nonce = os.urandom(12)
        answer = nonce + cipher.encrypt(nonce, given, None)
    else:
        answer = cipher.decrypt(given[:12], given[12:], None)
    print(base64.b64encode(answer).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
