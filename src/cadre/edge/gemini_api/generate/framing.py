"""Framing: a stream's chunks as server-sent events, or as the items of one list that grows."""

from typing import Literal

Form = Literal["whole", "events", "list"]


class Framing:
    """Frames the chunks of one stream, in their order."""

    def __init__(self, form: Form) -> None:
        self.is_events = form == "events"
        self._has_begun = False

    def put(self, chunk: bytes) -> bytes:
        if self.is_events:
            return b"data: %b\r\n\r\n" % chunk
        mark = b",\r\n" if self._has_begun else b"["
        self._has_begun = True
        return mark + chunk

    def end(self) -> bytes:
        return b"" if self.is_events else b"]"
