"""Bodies that a server has compressed, though it was not asked to."""

import zlib
from typing import Protocol

_PIECE_BYTES = 1 << 18
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class Content(Protocol):
    """A body that is still coming."""

    async def readany(self) -> bytes:
        """What has come, as soon as anything has; b"" at the end."""
        ...


class Unpacked:
    """`content` unpacked, in pieces that are small whatever they were packed into."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._rest = b""

    async def readany(self) -> bytes:
        """See `Content`."""
        while packed := self._rest or await self._content.readany():
            try:
                piece = self._unpacker.decompress(packed, _PIECE_BYTES)
            except zlib.error as error:
                raise ConnectionError(f"its compressed body can't be read: {error}") from error
            self._rest = self._unpacker.unconsumed_tail
            if piece:
                return piece
        if not self._unpacker.eof:
            raise ConnectionError("its compressed body ends too early")
        return b""


def unpacked(content: Content, encoding: str) -> Content:
    """`content` without its `encoding`; one that nobody asked for nor knows stays as it is."""
    return Unpacked(content) if encoding.lower() in {"gzip", "x-gzip", "deflate"} else content
