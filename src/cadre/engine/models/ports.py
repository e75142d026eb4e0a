"""What models are to the rest of cadre: something that answers, embeds, speaks or listens.

Every implementation makes one attempt and raises one of `errors`; who calls decides whether
to try again and where. Closing an iterator, or cancelling its task, ends the call upstream.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from cadre.infra.http_client import HttpStream
from cadre.kernel.messages import Delta, Json, ModelRequest, Usage
from cadre.kernel.scope import Scope


class ChatModel(Protocol):
    """A model that can be asked. Real ones: a class per wire, and the offline operator."""

    def stream(self, scope: Scope, request: ModelRequest) -> AsyncIterator[Delta]:
        """Yield the answer in pieces; the last item is always `ReplyDone` with all of it.

        Raises a kernel kind (see `errors`) if there is no answer. Closing the iterator or
        cancelling its task ends the call at the provider too.
        """
        ...


@dataclass(frozen=True, slots=True)
class Embeddings:
    """A vector per text, in the order of the texts."""

    vectors: list[list[float]]
    model: str
    usage: Usage


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """Vectors of `dimensions` floats, or of the model's own number."""
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard; `language` and `seconds` where the provider tells them."""

    text: str
    model: str
    usage: Usage
    language: str | None = None
    seconds: float | None = None


class Transcriber(Protocol):
    """A model that writes down speech."""

    async def transcribe(
        self,
        sound: bytes,
        *,
        name: str,
        media_type: str,
        language: str | None = None,
        prompt: str | None = None,
        to_english: bool = False,
    ) -> Transcript:
        """The text of `sound`, a whole file called `name`; with `to_english` translated."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound as it comes, and what it used once it has all come."""

    media_type: str
    chunks: AsyncIterator[bytes]
    usage: Usage


class Speaker(Protocol):
    """A model that reads text aloud."""

    async def speak(
        self, text: str, *, voice: str, form: str = "mp3", speed: float | None = None
    ) -> Speech:
        """`form` is mp3, opus, aac, flac, wav or pcm."""
        ...


class Passing(Protocol):
    """A provider that reads the caller's own words: its answer goes back as it comes."""

    def send(
        self, path: str, data: dict[str, Json], headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[HttpStream]:
        """The answer of status 200 to `data`, or raise what any other one means.

        `path` stands where a model's address ends ("chat/completions", "messages",
        "generateContent"). Leaving closes the connection unless all was read.
        """
        ...

    def counts(self, said: dict[str, Json]) -> dict[str, Json] | None:
        """Where a whole answer, or one event of it, says what was used; later ones add to it."""
        ...

    def usage(self, counts: dict[str, Json]) -> Usage:
        """All counts of one answer as ours, with the provider's own bill if it sends one."""
        ...
