"""Sound in and out: what is counted by the second, the token and the character."""

import asyncio
import base64
import io
import json
import wave
from decimal import Decimal
from typing import Any

import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import (
    ModelAuthFailed,
    ModelLimited,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN
from cadre.engine.models.wires.openai import OpenAISpeaker, OpenAITranscriber
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid
from tests.engine.models.wires.openai.asking import IMPATIENT, KEY
from tests.engine.models.wires.openai.recorder import Recorder
from tests.engine.models.wires.raw_server import Answer, RawServer, events

OPENAI = KNOWN["openai"].deviations


def transcriber(
    http: HttpClient, url: str, model: str = "whisper-1", price: Price | None = None
) -> OpenAITranscriber:
    endpoint = Endpoint("test", url, KEY)
    return OpenAITranscriber(
        http, endpoint, model, deviations=OPENAI, price=price, patience=IMPATIENT
    )


def speaker(
    http: HttpClient, url: str, model: str = "tts-1", price: Price | None = None
) -> OpenAISpeaker:
    endpoint = Endpoint("test", url, KEY)
    return OpenAISpeaker(http, endpoint, model, deviations=OPENAI, price=price, patience=IMPATIENT)


def silence(seconds: float) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return target.getvalue()


PER_MINUTE = Price(per_minute=Decimal("0.006"))
BY_TOKEN = Price(input=Decimal(1), output=Decimal(4), audio_input=Decimal(6))


async def test_whisper_is_billed_by_the_minute_it_says_it_heard(
    recorder: Recorder, http: HttpClient
):
    recorder.say(
        {
            "text": "Hi",
            "language": "english",
            "duration": 29.4,
            "usage": {"type": "duration", "seconds": 30},
        }
    )

    heard = await transcriber(http, recorder.url, price=PER_MINUTE).transcribe(
        b"ID3", name="a.mp3", media_type="audio/mpeg"
    )

    assert heard.text == "Hi"
    assert heard.model == "test:whisper-1"
    assert heard.usage.seconds == heard.seconds == 30
    assert heard.usage.cost_usd == Decimal("0.003")


async def test_newer_models_are_billed_by_the_token(recorder: Recorder, http: HttpClient):
    usage = {
        "type": "tokens",
        "input_tokens": 1_000_000,
        "input_token_details": {"audio_tokens": 900_000, "text_tokens": 100_000},
        "output_tokens": 500_000,
        "total_tokens": 1_500_000,
    }
    recorder.say({"text": "Hi", "usage": usage, "languages": [{"code": "en"}]})

    heard = await transcriber(http, recorder.url, "gpt-4o-transcribe", BY_TOKEN).transcribe(
        b"ID3", name="a.mp3", media_type="audio/mpeg"
    )

    form = recorder.requests[0].form
    assert form is not None
    assert form.fields["response_format"] == "json"
    assert (heard.usage.audio_input_tokens, heard.usage.seconds) == (900_000, 0)
    assert heard.usage.cost_usd == Decimal("0.1") + Decimal("5.4") + Decimal(2)
    assert heard.language == "en"


async def test_a_server_that_counts_nothing_is_measured_by_the_sound(
    recorder: Recorder, http: HttpClient
):
    recorder.say({"text": "Hi"})

    measured = await transcriber(http, recorder.url, price=PER_MINUTE).transcribe(
        silence(1.5), name="a.wav", media_type="audio/wav"
    )
    unknown = await transcriber(http, recorder.url, price=PER_MINUTE).transcribe(
        b"ID3", name="a.mp3", media_type="audio/mpeg"
    )

    assert measured.usage.seconds == 1.5
    assert measured.usage.cost_usd == Decimal("0.00015")
    assert unknown.seconds is None
    assert unknown.usage.cost_usd is None


async def test_a_file_name_can_not_break_out_of_the_form(recorder: Recorder, http: HttpClient):
    recorder.say({"text": "Hi"})
    name = 'a"\r\nContent-Type: text/html\r\n\r\nx.wav'

    await transcriber(http, recorder.url).transcribe(
        b"sound", name=name, media_type="audio/wav\r\nX-Evil: 1"
    )

    form = recorder.requests[0].form
    assert form is not None
    assert form.file == b"sound"
    assert form.file_type == "audio/wav"
    assert set(form.fields) == {"model", "response_format"}


@pytest.mark.parametrize("body", [{"ok": 1}, [], {"text": "x", "duration": "long"}])
async def test_an_answer_that_is_no_transcript_is_named(
    recorder: Recorder, http: HttpClient, body: Any
):
    recorder.say(body)

    with pytest.raises(ModelReplyBroken, match="transcribes"):
        await transcriber(http, recorder.url).transcribe(b"x", name="a.wav", media_type="audio/wav")


async def test_speech_is_billed_by_the_character(raw: RawServer, http: HttpClient):
    raw.say(Answer([b"ID3", b"one", b"two"], content_type="audio/mpeg"))
    price = Price(per_million_characters=Decimal(15))

    speech = await speaker(http, raw.url, price=price).speak("x" * 1000, voice="alloy")
    sound = b"".join([chunk async for chunk in speech.chunks])

    assert sound == b"ID3onetwo"
    assert speech.media_type == "audio/mpeg"
    assert speech.usage.characters == 1000
    assert speech.usage.cost_usd == Decimal("0.015")


async def test_newer_speech_is_billed_by_the_tokens_it_tells_at_the_end(
    raw: RawServer, http: HttpClient
):
    pieces = [
        {"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()}
        for piece in (b"ID3", b"sound")
    ]
    usage = {"input_tokens": 1_000_000, "output_tokens": 500_000, "total_tokens": 1_500_000}
    raw.say(Answer(events(*pieces, {"type": "speech.audio.done", "usage": usage})))
    price = Price(input=Decimal("0.6"), audio_output=Decimal(12))

    speech = await speaker(http, raw.url, "gpt-4o-mini-tts", price).speak("Hello", voice="coral")
    before = speech.usage.cost_usd
    sound = b"".join([chunk async for chunk in speech.chunks])

    assert raw.requests[0].body["stream_format"] == "sse"
    assert sound == b"ID3sound"
    assert before is None
    assert (speech.usage.characters, speech.usage.audio_output_tokens) == (0, 500_000)
    assert speech.usage.cost_usd == Decimal("6.6")


async def test_sound_comes_as_it_is_made(raw: RawServer, http: HttpClient):
    raw.say(Answer([b"first"], content_type="audio/mpeg", end="hang"))

    speech = await speaker(http, raw.url).speak("Hello", voice="alloy")

    assert await anext(speech.chunks) == b"first"
    with pytest.raises(ModelUnavailable):
        await anext(speech.chunks)


@pytest.mark.parametrize("has_begun", [True, False])
async def test_closing_the_sound_hangs_up_at_the_server(
    raw: RawServer, http: HttpClient, has_begun: bool
):
    raw.say(Answer([b"x" * 100] * 1000, content_type="audio/mpeg", pause_seconds=0.02))

    speech = await speaker(http, raw.url).speak("Hello", voice="alloy")
    if has_begun:
        await anext(speech.chunks)
    await speech.chunks.aclose()  # type: ignore[attr-defined]  # every sound can be closed

    async with asyncio.timeout(5):
        await raw.hung_up.wait()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer([b'{"error":{"message":"no"}}'], 401, "application/json"), ModelAuthFailed),
        (Answer([b"<h1>hi</h1>"], content_type="text/html"), ModelReplyBroken),
        (Answer([b"data: nonsense\n\n"]), ModelReplyBroken),
        (Answer(events({"error": {"message": "rate_limit"}})), ModelLimited),
        (Answer([b""], end="close"), ModelUnavailable),
        (Answer([], end="hang"), ModelUnavailable),
    ],
)
async def test_what_goes_wrong_is_raised_before_anything_is_played(
    raw: RawServer, http: HttpClient, answer: Answer, kind: type[Exception]
):
    raw.say(answer)

    with pytest.raises(kind):
        await speaker(http, raw.url, "gpt-4o-mini-tts").speak("Hello", voice="alloy")


async def test_sound_that_breaks_off_is_an_error(raw: RawServer, http: HttpClient):
    piece = {"type": "speech.audio.delta", "audio": base64.b64encode(b"ID3").decode()}
    raw.say(Answer(events(piece)))

    speech = await speaker(http, raw.url, "gpt-4o-mini-tts").speak("Hello", voice="alloy")

    with pytest.raises(ModelUnavailable, match="broke off"):
        [chunk async for chunk in speech.chunks]


async def test_an_unknown_form_of_sound_is_refused(raw: RawServer, http: HttpClient):
    with pytest.raises(Invalid, match="mp3"):
        await speaker(http, raw.url).speak("Hello", voice="alloy", form="midi")

    assert json.dumps(raw.requests) == "[]"
