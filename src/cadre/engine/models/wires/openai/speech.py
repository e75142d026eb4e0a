"""Text to speech in OpenAI's words: sound goes on as it comes.

Newer models are priced by the token and tell their counts only in a stream of events; where
the provider offers that it is asked for. All others are priced by the character of the text.
"""

from base64 import b64decode
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.ports import Speech
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.errors import error_of_chunk
from cadre.engine.models.wires.openai.upstream import Upstream, media_type, reading
from cadre.engine.models.wires.sse import EventReader
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json, Usage

_EVENTS = "text/event-stream"
_SOUNDS = ("audio/", "application/octet-stream", "binary/")
_MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}


class OpenAISpeaker:
    """One speech model of one provider."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        model: str,
        *,
        deviations: Deviations,
        price: Price | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._model = model
        self._deviations = deviations.of(model)
        self._price = price
        self._provider = endpoint.provider
        self._upstream = Upstream(http, endpoint, patience or Patience(), self._deviations)

    async def speak(
        self, text: str, *, voice: str, form: str = "mp3", speed: float | None = None
    ) -> Speech:
        """See `Speaker`. Read the chunks to their end or close them: they hold a connection."""
        if form not in _MEDIA_TYPES:
            raise Invalid(f"Speech comes as {', '.join(_MEDIA_TYPES)}.", field="response_format")
        body: dict[str, Json] = {
            "model": self._model,
            "input": text,
            "voice": voice,
            "response_format": form,
        }
        if speed is not None:
            body["speed"] = speed
        if self._deviations.tells_speech_usage:
            body["stream_format"] = "sse"
        usage = self._priced(Usage(characters=len(text)))
        pieces = self._pieces(orjson.dumps(body), usage)
        # Asked for now, so that a refusal is raised here and not where the sound is played.
        first = await anext(pieces, b"")
        return Speech(media_type=_MEDIA_TYPES[form], chunks=_Sound(first, pieces), usage=usage)

    async def _pieces(self, body: bytes, usage: Usage) -> AsyncGenerator[bytes]:
        async with self._upstream.send("POST", "audio/speech", body) as answer:
            given = media_type(answer)
            if given == _EVENTS:
                pieces = self._from_events(answer, usage)
            elif given.startswith(_SOUNDS):
                pieces = _as_sent(answer)
            else:
                raise self._upstream.stranger(given, "sound")
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece

    async def _from_events(self, answer: HttpStream, usage: Usage) -> AsyncGenerator[bytes]:
        reader, is_whole = EventReader(), False
        async with reading(answer) as chunks:
            async for chunk in chunks:
                for data in reader.feed(chunk):
                    event = self._event(data)
                    if piece := event.get("audio"):
                        yield b64decode(piece)
                    if event.get("type") == "speech.audio.done":
                        is_whole = True
                        self._count(usage, event.get("usage") or {})
        if not is_whole:
            raise ModelUnavailable(f"{self._provider} broke off in the middle of the sound.")

    def _event(self, data: str) -> dict[str, Json]:
        try:
            event: dict[str, Json] = {} if data == "[DONE]" else orjson.loads(data)
            error = event.get("error")
        except (orjson.JSONDecodeError, AttributeError) as broken:
            raise ModelReplyBroken(
                f"{self._provider} sent something that is not an event of speech: {data[:120]!r}."
            ) from broken
        if error:
            raise error_of_chunk(self._provider, error, self._deviations.error_words)
        return event

    def _count(self, usage: Usage, counts: dict[str, Json]) -> None:
        """Tokens in place of characters, in the object that the caller already holds."""
        if "output_tokens" not in counts:
            return
        usage.characters = 0
        usage.input_tokens = counts.get("input_tokens") or 0
        usage.output_tokens = usage.audio_output_tokens = counts["output_tokens"] or 0
        self._priced(usage)

    def _priced(self, usage: Usage) -> Usage:
        usage.cost_usd = None if self._price is None else self._price.cost_usd(usage)
        return usage


async def _as_sent(answer: HttpStream) -> AsyncGenerator[bytes]:
    async with reading(answer) as chunks:
        async for chunk in chunks:
            yield chunk


class _Sound:
    """The first piece and then the others; closing it frees the connection."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes]) -> None:
        self._first = first
        self._rest = rest

    def __aiter__(self) -> "_Sound":
        return self

    async def __anext__(self) -> bytes:
        first, self._first = self._first, b""
        return first or await anext(self._rest)

    async def aclose(self) -> None:
        await self._rest.aclose()
