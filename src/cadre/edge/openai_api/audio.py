"""Audio: text read aloud, and speech written down or translated."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import orjson

from cadre.edge.gateway import JSON
from cadre.edge.openai_api.form import Form, read_form
from cadre.engine.models import CallOptions, Models, Transcript
from cadre.infra.asgi import Exchange, Fields, Header, NotSupported
from cadre.kernel.messages import Json, Usage
from cadre.trust.budgets import Spender

AUDIO_BYTES = 26 * 1024 * 1024  # 25 MB of sound, as OpenAI takes it, and the form around it
_FORMS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
_TEXT = b"text/plain; charset=utf-8"
_EVENTS = b"text/event-stream; charset=utf-8"


class Audio:
    """The three addresses below /v1/audio."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def speech(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Send sound as it comes."""
        body = Fields.of_body(raw)
        if body.data.get("instructions"):
            body.unsupported("instructions", "Say it in `input`, or choose another `voice`.")
        if body.text("stream_format", "audio") != "audio":
            body.unsupported("stream_format", "Sound comes as bytes.")
        form = body.choice("response_format", _FORMS) if "response_format" in body else "mp3"
        exchange.model = body.text("model")
        speech = await self._models.speak(
            spender,
            exchange.model,
            body.text("input"),
            voice=_voice(body),
            form=form,
            speed=body.number("speed", 0.25, 4),
            options=CallOptions(request_id=exchange.request_id),
        )
        chunks = cast("AsyncGenerator[bytes]", speech.chunks)
        async with aclosing(chunks):
            async for chunk in chunks:
                if not exchange.started:
                    await exchange.begin(headers, speech.media_type.encode())
                await exchange.send(chunk)
        await exchange.end()

    async def transcription(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer what was said."""
        await self._listen(exchange, spender, raw, headers, "transcribe")

    async def translation(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer what was said, in English."""
        await self._listen(exchange, spender, raw, headers, "translate")

    async def _listen(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header], task: str
    ) -> None:
        form = read_form(exchange.header(b"content-type"), raw)
        shape = _shape(form)
        exchange.model = form.text("model")
        transcript = await self._models.transcribe(
            spender,
            exchange.model,
            bytes(form.file.content),
            name=form.file.filename,
            media_type=form.file.media_type,
            language=form.fields.get("language") or None,
            prompt=form.fields.get("prompt") or None,
            to_english=task == "translate",
            options=CallOptions(request_id=exchange.request_id),
        )
        if form.fields.get("stream") == "true" and task == "transcribe":
            await exchange.answer(200, _events(transcript), headers, _EVENTS)
        elif shape == "text":
            await exchange.answer(200, f"{transcript.text}\n".encode(), headers, _TEXT)
        else:
            shown = _json(transcript) if shape == "json" else _verbose(transcript, task)
            await exchange.answer(200, orjson.dumps(shown), headers, JSON)


def _shape(form: Form) -> str:
    """How the answer is to be written."""
    shape = form.fields.get("response_format") or "json"
    if shape in {"json", "text", "verbose_json"}:
        return shape
    raise NotSupported(
        f"`response_format` {shape[:40]!r} is not supported here: when words were said is not "
        "known. Use json, text or verbose_json.",
        field="response_format",
    )


def _voice(body: Fields) -> str:
    if isinstance(body.data.get("voice"), dict):
        return body.object("voice").text("id")
    return body.text("voice")


def _json(transcript: Transcript) -> dict[str, Json]:
    return {"text": transcript.text, "usage": _usage(transcript.usage)}


def _verbose(transcript: Transcript, task: str) -> dict[str, Json]:
    return {
        "task": task,
        "language": transcript.language or "unknown",
        "duration": transcript.seconds or transcript.usage.seconds,
        "text": transcript.text,
        "segments": [],
        "usage": _usage(transcript.usage),
    }


def _usage(usage: Usage) -> dict[str, Json]:
    if not usage.input_tokens and not usage.output_tokens:
        return {"type": "duration", "seconds": usage.seconds}
    return {
        "type": "tokens",
        "input_tokens": usage.input_tokens,
        "input_token_details": {
            "text_tokens": usage.input_tokens - usage.audio_input_tokens,
            "audio_tokens": usage.audio_input_tokens,
        },
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _events(transcript: Transcript) -> bytes:
    """The whole text as one piece: providers of other words don't tell it in pieces."""
    delta = {"type": "transcript.text.delta", "delta": transcript.text}
    done = {"type": "transcript.text.done", **_json(transcript)}
    return b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in (delta, done))
