"""Speech to text in OpenAI's words.

Some models are priced by the minute and some by the token. What the answer counts is taken;
where it counts nothing and the sound can't be measured here, the cost is unknown, not 0.
"""

import io
import wave

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.ports import Transcript
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.multipart import encode_form
from cadre.engine.models.wires.openai.upstream import Upstream
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json, Usage

_NOTHING: dict[str, Json] = {}


class OpenAITranscriber:
    """One transcription model of one provider."""

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
        self._price = price
        self._provider = endpoint.provider
        self._upstream = Upstream(http, endpoint, patience or Patience(), deviations.of(model))

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
        """See `Transcriber`."""
        fields = {"model": self._model, "response_format": self._form()}
        if language and not to_english:
            fields["language"] = language
        if prompt:
            fields["prompt"] = prompt
        if "diarize" in self._model:
            fields["chunking_strategy"] = "auto"  # or it refuses more than 30 seconds
        body, content_type = encode_form(
            fields, file_name=name, media_type=media_type, content=sound
        )
        path = "audio/translations" if to_english else "audio/transcriptions"
        answer = await self._upstream.ask("POST", path, body, content_type=content_type)
        return self._read(answer, sound)

    def _form(self) -> str:
        """Only Whisper tells language and length; the newer models know plain `json` alone."""
        return "verbose_json" if "whisper" in self._model.lower() else "json"

    def _read(self, answer: Json, sound: bytes) -> Transcript:
        try:
            counts = answer.get("usage") or _NOTHING
            seconds = _seconds(answer, counts, sound)
            return Transcript(
                text=str(answer["text"]),
                model=f"{self._provider}:{self._model}",
                usage=self._usage(counts, seconds),
                language=_language(answer),
                seconds=seconds,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelReplyBroken(
                f"{self._provider} did not answer with a transcript the way OpenAI does. "
                f"Check the base URL, and that {self._model} transcribes."
            ) from error

    def _usage(self, counts: dict[str, Json], seconds: float | None) -> Usage:
        if "input_tokens" in counts:
            details = counts.get("input_token_details") or _NOTHING
            usage = Usage(
                input_tokens=counts["input_tokens"] or 0,
                audio_input_tokens=details.get("audio_tokens") or 0,
                output_tokens=counts.get("output_tokens") or 0,
            )
        else:
            usage = Usage(seconds=seconds or 0.0)
        is_counted = "input_tokens" in counts or seconds is not None
        if is_counted and self._price is not None:
            usage.cost_usd = self._price.cost_usd(usage)
        return usage


def _seconds(answer: dict[str, Json], counts: dict[str, Json], sound: bytes) -> float | None:
    """What is billed, else what the answer says it heard, else what the file's head says."""
    for told in (counts.get("seconds"), answer.get("duration")):
        if told is not None:
            return float(told)
    return _wave_seconds(sound)


def _wave_seconds(sound: bytes) -> float | None:
    try:
        with wave.open(io.BytesIO(sound)) as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _language(answer: dict[str, Json]) -> str | None:
    if language := answer.get("language"):
        return str(language)
    for listed in answer.get("languages") or ():
        return str(listed["code"])
    return None
