"""What OpenAI-compatible servers answer instead of an answer, as kinds of the kernel."""

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
    ModelUnavailable,
    UnknownModel,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

_TRY_LATER = {408, 409, 425}
_TOO_LONG = ("context length", "context_length", "context window", "too many tokens", "n_ctx")
_NO_CREDIT = ("insufficient_quota", "billing", "credit")


def error_of_status(
    provider: str, status: int, headers: Mapping[str, str], body: bytes
) -> CadreError:
    """Say what an answer with an error status means and what to do about it."""
    said = _said(body)
    wait = retry_after_seconds(headers)
    known = error_of_text(provider, said, wait) if status in {400, 413, 422, 429} else None
    if known is not None:
        return known
    if status in {401, 403}:
        return ModelAuthFailed(
            f"{provider} refuses the key ({status}): {said}. "
            "Enter another key under Settings, Models."
        )
    if status == 404:
        return UnknownModel(
            f"{provider} does not know this model or address (404): {said}. "
            "Check the model's name and the base URL, which usually ends in /v1."
        )
    if status == 429:
        return ModelLimited(
            f"{provider} has too many requests (429): {said}. Try again later.",
            retry_after_seconds=wait,
        )
    if status >= 500 or status in _TRY_LATER:
        return ModelUnavailable(
            f"{provider} can't answer now ({status}): {said}.", retry_after_seconds=wait
        )
    return ModelRefused(f"{provider} does not accept the request ({status}): {said}.")


def error_of_chunk(provider: str, error: Json) -> CadreError:
    """Say what an error in the middle of a stream means."""
    said = _said(orjson.dumps({"error": error}))
    known = error_of_text(provider, said, None)
    return known or ModelUnavailable(f"{provider} broke off its answer: {said}.")


def error_of_text(provider: str, said: str, wait: float | None) -> CadreError | None:
    """The cases that servers tell apart by words only."""
    words = said.lower()
    if any(sign in words for sign in _TOO_LONG):
        return ContextTooLong(
            f"The conversation is too long for this model of {provider}: {said}. "
            "Lower context.max_tokens of the agent or take a model with a larger window."
        )
    if any(sign in words for sign in _NO_CREDIT):
        return ModelOutOfCredit(f"{provider} has no credit left: {said}. Check its billing page.")
    if "rate_limit" in words or "rate limit" in words:
        return ModelLimited(
            f"{provider} has too many requests: {said}. Try again later.",
            retry_after_seconds=wait,
        )
    return None


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


def _said(body: bytes) -> str:
    """The server's own words, short; code and type are part of them."""
    try:
        parsed: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = body.decode("utf-8", "replace")
    error: Json = parsed.get("error", parsed) if is_object(parsed) else parsed
    if is_object(error):
        parts = [str(error[name]) for name in ("message", "code", "type") if error.get(name)]
        error = ", ".join(parts) or str(error)
    text = " ".join(str(error).split()).rstrip(".")
    return text[:400] or "no reason given"
