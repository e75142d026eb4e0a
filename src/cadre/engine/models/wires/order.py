"""Order: tool calls one after the other, for dialects that can't say them interleaved."""

from collections.abc import Iterator

import orjson

from cadre.kernel.messages import CallDelta, Delta, ReplyDone


class OneCallAtATime:
    """Holds a call's pieces back while another call is not complete."""

    def __init__(self) -> None:
        self._open: int | None = None
        self._written: list[str] = []
        self._held: dict[int, list[CallDelta]] = {}

    def order(self, delta: Delta) -> Iterator[Delta]:
        """What may be said now that `delta` has come."""
        if isinstance(delta, ReplyDone):
            for index in sorted(self._held):
                yield from self._held[index]
            yield delta
        elif not isinstance(delta, CallDelta):
            yield delta
        elif delta.index == self._open or self._may_open(delta.index):
            self._written.append(delta.arguments)
            yield delta
        else:
            self._held.setdefault(delta.index, []).append(delta)

    def _may_open(self, index: int) -> bool:
        if index in self._held or (self._open is not None and not self._is_complete()):
            return False
        self._open, self._written = index, []
        return True

    def _is_complete(self) -> bool:
        """Whether the open call's arguments are whole JSON, so that nothing more will come."""
        try:
            orjson.loads("".join(self._written))
        except orjson.JSONDecodeError:
            return False
        return True
