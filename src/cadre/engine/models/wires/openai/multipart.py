"""A form with a file in it, as bytes (RFC 7578)."""

from collections.abc import Mapping
from secrets import token_hex

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def encode_form(
    fields: Mapping[str, str], *, file_name: str, media_type: str, content: bytes
) -> tuple[bytes, str]:
    """Return the body and its content type; the file is the field `file`."""
    boundary = token_hex(16)
    pieces: list[bytes] = []
    for name, value in fields.items():
        pieces += [_head(boundary, f'name="{name}"'), value.encode(), b"\r\n"]
    shown = file_name.translate(_ESCAPES) or "sound"
    kind = media_type.split("\r", maxsplit=1)[0].split("\n", maxsplit=1)[0]
    pieces += [
        _head(boundary, f'name="file"; filename="{shown}"', f"Content-Type: {kind}"),
        content,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _head(boundary: str, disposition: str, *lines: str) -> bytes:
    head = [f"--{boundary}", f"Content-Disposition: form-data; {disposition}", *lines]
    return ("\r\n".join(head) + "\r\n\r\n").encode()
