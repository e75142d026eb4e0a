"""Logos: pictures that every visitor's browser shows, so only ones that are nothing but a picture.

SVG is refused, because it can hold scripts and links to elsewhere; a PNG is looked through piece
by piece, and what it holds beside the picture (text, places, profiles) is left away.
"""

import struct
import zlib

from cadre.trust.orgs.errors import LogoRefused

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 512 * 1024
_MOST_PIXELS = 2048
# What is needed to draw it; the rest is about who made it.
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB"}
MEDIA_TYPE = "image/png"


def clean_logo(content: bytes) -> bytes:
    """The picture alone, or raise `LogoRefused`."""
    if len(content) > MOST_BYTES:
        raise _refused(f"The logo has {len(content)} bytes; at most {MOST_BYTES} are taken.")
    if not content.startswith(_SIGNATURE):
        raise _refused("A logo is a PNG picture. Export other pictures (SVG, JPEG) as PNG.")
    chunks, kinds = [_SIGNATURE], list[bytes]()
    at = len(_SIGNATURE)
    while at < len(content):
        kind, chunk, at = _chunk(content, at)
        if not kinds and kind != b"IHDR":
            raise _refused("The PNG is damaged: it does not begin with its header.")
        if kind == b"IHDR":
            _check_size(chunk)
        kinds.append(kind)
        if kind in _KEPT:
            chunks.append(chunk)
        if kind == b"IEND":
            break
    if not kinds or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise _refused("The PNG is damaged: it ends too early.")
    return b"".join(chunks)


def _chunk(content: bytes, at: int) -> tuple[bytes, bytes, int]:
    head = content[at : at + 8]
    if len(head) < 8:
        raise _refused("The PNG is damaged: it ends too early.")
    size, kind = struct.unpack(">I4s", head)
    end = at + 12 + size
    if end > len(content):
        raise _refused("The PNG is damaged: it ends too early.")
    (checksum,) = struct.unpack(">I", content[end - 4 : end])
    if zlib.crc32(content[at + 4 : end - 4]) != checksum:
        raise _refused("The PNG is damaged: a checksum is wrong.")
    return kind, content[at:end], end


def _check_size(header: bytes) -> None:
    width, height = struct.unpack(">II", header[8:16])
    if not 16 <= width <= _MOST_PIXELS or not 16 <= height <= _MOST_PIXELS:
        raise _refused(
            f"The logo has {width} x {height} pixels; 16 to {_MOST_PIXELS} on each side are taken."
        )


def _refused(detail: str) -> LogoRefused:
    return LogoRefused(detail, field="logo")
