"""A streamed answer on its way through: looked at, not changed.

Every event is read as JSON, which takes less than a microsecond and shows at once what is broken;
what is sent on are the provider's own bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import orjson

from cadre.engine.models import (
    EventCutter,
    ModelReplyBroken,
    ModelUnavailable,
    Passing,
    Tally,
    data_of,
)
from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object

_CHARACTERS_PER_TOKEN = 4


class Passage(ABC):
    """One answer of `provider`; `characters` is how much of it was said so far.

    `event` names what the stream consists of and `server` who sends it, for errors. With
    `grows` the provider tells its counts from the beginning on, so until its last word the output is
    counted by characters too.
    """

    event: ClassVar[str]
    server: ClassVar[str]
    grows: ClassVar[bool] = True

    def __init__(self, passing: Passing, provider: str) -> None:
        self.is_done = self.is_cut = False
        self.characters = 0
        self.provider = provider
        self._passing = passing
        self._counts: dict[str, Json] = {}
        self._cutter = EventCutter()

    @property
    def rest(self) -> bytes:
        """The beginning of an event whose end has not come."""
        return self._cutter.rest

    def events(self, chunk: bytes) -> Iterator[bytes]:
        """The events that are whole now that `chunk` has come."""
        return self._cutter.feed(chunk)

    @abstractmethod
    def takes(self, data: bytes) -> bool:
        """Look at an event; whether it is sent on. Raises what a broken one means."""

    def feed(self, chunk: bytes) -> bytes:
        """What is to be sent on of `chunk`, or raise what a broken event means."""
        passed = [event for event in self._cutter.feed(chunk) if self.passes(event)]
        return passed[0] if len(passed) == 1 else b"".join(passed)

    def close(self) -> bytes:
        """The provider said all; what is missing of the end, or raise that it broke off."""
        if self.is_done:
            return b""
        raise ModelUnavailable(f"{self.provider} broke off in the middle of its answer. Try again.")

    def usage(self) -> Usage | None:
        """What was used so far; None as long as the provider has not told."""
        if not self._counts:
            return None
        usage = self._passing.usage(self._counts)
        if self.grows and not self.is_done:
            seen = -(-self.characters // _CHARACTERS_PER_TOKEN)
            usage.output_tokens = max(usage.output_tokens, seen)
        return usage

    def tell(self, tally: Tally) -> None:
        """Write down what was used."""
        tally.reported, tally.output_characters = self.usage(), self.characters
        tally.is_cut = self.is_cut

    def passes(self, event: bytes) -> bool:
        """Whether `event` is sent on; what holds no data is."""
        data = data_of(event)
        return not data or self.takes(data)

    def count(self, said: dict[str, Json]) -> bool:
        """Note what `said` tells of usage, and whether it tells anything."""
        counts = self._passing.counts(said)
        if not counts:
            return False
        self._counts |= counts
        return True

    def parse(self, data: bytes) -> dict[str, Json]:
        try:
            said: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise self.nonsense(data) from error
        if not is_object(said):
            raise self.nonsense(data)
        return said

    def nonsense(self, data: bytes) -> ModelReplyBroken:
        shown = data[:120].decode("utf-8", "replace")
        return ModelReplyBroken(
            f"{self.provider} sent something that is not {self.event}: {shown!r}. "
            f"Check that its base URL is that of {self.server}."
        )

    def broke_off(self, error: Json) -> ModelUnavailable:
        """The provider said in the stream what went wrong."""
        said = error.get("message") if is_object(error) else error
        return ModelUnavailable(f"{self.provider} broke off its answer: {str(said)[:400]}.")
