"""What OpenAI-compatible servers answer instead of an answer, as kinds of the kernel.

A provider's own words (`Deviations.error_words`) are looked for before the common ones,
because the same code means different things: DashScope says insufficient_quota for a limit of
rate, OpenAI for an empty account.
"""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import orjson

from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.wires.openai.deviations import ErrorKind
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

Words = Mapping[str, ErrorKind]

_NO_WORDS: Words = {}
_TRY_LATER = {408, 409, 425, 498}
_TOLD_BY_WORDS = {400, 402, 403, 413, 422, 429, 500}
_WORDS: Words = {
    "context length": "too_long",
    "context_length": "too_long",
    "context window": "too_long",
    "context size": "too_long",
    "too many tokens": "too_long",
    "n_ctx": "too_long",
    "insufficient_quota": "no_credit",
    "insufficient credit": "no_credit",
    "insufficient balance": "no_credit",
    "credit balance": "no_credit",
    "any credits": "no_credit",
    "billing_": "no_credit",
    "plan and billing": "no_credit",
}
# Only where no status says it: in a refusal such words may be quoted from the request.
_WORDS_IN_STREAMS: Words = {
    **_WORDS,
    "rate_limit": "limited",
    "rate limit": "limited",
}
_STATUSES: dict[int, ErrorKind] = {
    401: "auth",
    402: "no_credit",
    403: "auth",
    413: "too_long",
    429: "limited",
}
_SENTENCES: dict[ErrorKind, str] = {
    "auth": "{provider} refuses the key: {said}. Enter another key under Settings, Models.",
    "too_long": (
        "The conversation is too long for this model of {provider}: {said}. Lower "
        "context.max_tokens of the agent or take a model with a larger window."
    ),
    "no_credit": "{provider} has no credit left: {said}. Check its billing page.",
    "limited": "{provider} has too many requests: {said}. Try again later.",
    "busy": "{provider} can't answer now: {said}.",
    "broken": "{provider} could not finish its answer: {said}. Try again.",
    "refused": "{provider} does not accept the request: {said}.",
}
_PLAIN: dict[ErrorKind, type[CadreError]] = {
    "auth": ModelAuthFailed,
    "too_long": ContextTooLong,
    "no_credit": ModelOutOfCredit,
    "broken": ModelReplyBroken,
    "refused": ModelRefused,
}


def error_of_status(
    provider: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    words: Words = _NO_WORDS,
) -> CadreError:
    """Say what an answer with an error status means and what to do about it."""
    said = said_in(body)
    wait = retry_after_seconds(headers)
    told = f"{said} ({status})"
    if status == 404:
        return UnknownModel(
            f"{provider} does not know this model or address: {told}. "
            "Check the model's name and the base URL, which usually ends in /v1."
        )
    by_words = _kind_in(said, words, _WORDS) if status in _TOLD_BY_WORDS else None
    kind = by_words or _STATUSES.get(status)
    if kind is None:
        kind = "busy" if status >= 500 or status in _TRY_LATER else "refused"
    return _error(kind, provider, told, wait)


def error_of_chunk(provider: str, error: Json, words: Words = _NO_WORDS) -> CadreError:
    """Say what an error in the middle of a stream means."""
    said = said_in(orjson.dumps({"error": error}))
    kind = _kind_in(said, words, _WORDS_IN_STREAMS)
    if kind is not None:
        return _error(kind, provider, said, None)
    return ModelUnavailable(f"{provider} broke off its answer: {said}.")


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to be left alone; None if it does not say."""
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(milliseconds) / 1000)
        if (value := headers.get("retry-after")) is None:
            return None
        if value.strip().replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def said_in(body: bytes) -> str:
    """The server's own words, short; code and type are part of them."""
    try:
        parsed: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = body.decode("utf-8", "replace")
    said = _words_of(parsed)
    text = " ".join(said.split()).rstrip(".")
    return text[:400] or "no reason given"


def _words_of(parsed: Json) -> str:
    if not is_object(parsed):
        return str(parsed)
    inner: Json = parsed.get("error") or parsed.get("detail") or parsed
    if is_object(inner):
        names = ("message", "error", "code", "type")
        return ", ".join(str(inner[name]) for name in names if inner.get(name)) or str(inner)
    # xAI puts the sentence under `error` and the code beside it.
    code = parsed.get("code")
    return f"{inner}, {code}" if code else str(inner)


def _kind_in(said: str, *tables: Words) -> ErrorKind | None:
    lowered = said.lower()
    for table in tables:
        for sign, kind in table.items():
            if sign in lowered:
                return kind
    return None


def _error(kind: ErrorKind, provider: str, said: str, wait: float | None) -> CadreError:
    sentence = _SENTENCES[kind].format(provider=provider, said=said)
    match kind:
        case "limited":
            return ModelLimited(sentence, retry_after_seconds=wait)
        case "busy":
            return ModelUnavailable(sentence, retry_after_seconds=wait)
        case _:
            return _PLAIN[kind](sentence)
