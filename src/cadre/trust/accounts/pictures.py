"""Pictures: how large one is when it is drawn, which the size of its file does not tell."""

import struct

MOST_PIXELS = 4096
_NOTHING = (0, 0)
# The markers of JPEG that say a size, and those that stand for themselves.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xDA)}


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, JPEG or WebP; nothing of what nobody can draw."""
    try:
        if content[12:16] == b"IHDR":
            width, height = struct.unpack_from(">II", content, 16)
            return width, height
        return _of_webp(content) if content[8:12] == b"WEBP" else _of_jpeg(content)
    except struct.error:
        return _NOTHING


def _of_webp(content: bytes) -> tuple[int, int]:
    match content[12:16]:
        case b"VP8X":
            wide, high = content[24:27], content[27:30]
            return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF


def _of_jpeg(content: bytes) -> tuple[int, int]:
    """From marker to marker, to the first that begins a frame."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return _NOTHING
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if marker == 0xFF:  # a byte that fills up
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    return _NOTHING
