"""Server-sent events, read from bytes as they arrive.

Lines are decoded whole, so a character or a line end split between two chunks is never
misread. All three line ends of the standard are understood.
"""

from collections.abc import Iterator

from cadre.engine.models.errors import ModelReplyBroken

EVENT_BYTES = 8 * 1024 * 1024


class EventReader:
    """Feed it chunks; it yields the `data` of each event that is complete."""

    def __init__(self, *, event_bytes: int = EVENT_BYTES) -> None:
        """`event_bytes` bounds what one event may hold before the stream is refused."""
        self._limit = event_bytes
        self._rest = b""
        self._data: list[str] = []
        self._size = 0
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        for line in self._lines(chunk):
            if data := self._take(line):
                yield data

    def close(self) -> Iterator[str]:
        """The stream ended: a last event without its blank line still counts."""
        if self._rest:
            last, self._rest = self._rest, b""
            self._take(last)
        if data := self._take(b""):
            yield data

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        lines = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        self._check(len(self._rest))
        yield from lines

    def _take(self, line: bytes) -> str:
        """Add one line; return the event's data if this line ends the event."""
        if not line:
            data, self._data, self._size = "\n".join(self._data), [], 0
            return data
        name, _, value = line.partition(b":")
        if name == b"data":
            self._size += len(value)
            self._check(0)
            self._data.append(value.removeprefix(b" ").decode("utf-8", "replace"))
        return ""

    def _check(self, extra: int) -> None:
        if self._size + extra > self._limit:
            raise ModelReplyBroken(
                f"The model server sent one event of more than {self._limit} bytes. "
                "Check that the base URL is that of a model server."
            )
