"""Events: a stream of server-sent events cut where an event ends, its bytes left as they are."""

from collections.abc import Iterator

from cadre.engine.models.errors import ModelReplyBroken

EVENT_BYTES = 8 * 1024 * 1024


class EventCutter:
    """Feed it chunks; it gives whole events, each with the blank line that ends it."""

    def __init__(self, *, event_bytes: int = EVENT_BYTES) -> None:
        """`event_bytes` bounds what one event may hold before the stream is refused."""
        self._limit = event_bytes
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The events that are complete now."""
        data = self._rest + chunk if self._rest else chunk
        start = 0
        while (end := _end_of_event(data, start)) > 0:
            yield data[start:end]
            start = end
        self._rest = data[start:]
        if len(self._rest) > self._limit:
            raise ModelReplyBroken(
                f"The model server sent one event of more than {self._limit} bytes. "
                "Check that the base URL is that of a model server."
            )

    @property
    def rest(self) -> bytes:
        """The beginning of an event whose end has not come."""
        return self._rest


def data_of(event: bytes) -> bytes:
    """The `data` of an event, its lines put together; b"" if it has none."""
    if event.startswith(b"data:") and event.count(b"data:", 0, -1) == 1:
        return event[5:].strip()
    lines = event.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    return b"\n".join(found)


def _end_of_event(data: bytes, start: int) -> int:
    """Where the event that begins at `start` ends, or 0."""
    end = data.find(b"\n\n", start)
    if end >= 0 and data.find(b"\r", start, end) < 0:
        return end + 2
    ends = [data.find(mark, start) for mark in (b"\n\n", b"\r\n\r\n", b"\r\r")]
    found = [(at, size) for at, size in zip(ends, (2, 4, 2), strict=True) if at >= 0]
    return sum(min(found)) if found else 0
