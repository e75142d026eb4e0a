"""What the Messages API answers instead of an answer, as kinds of the kernel."""

from collections.abc import Mapping

from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.wires.exchange import error_object, retry_after_seconds, said
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
}
_LATER = {"overloaded_error", "api_error", "timeout_error", "conflict_error"}
_KINDS = {*_TYPES.values(), *_LATER, "invalid_request_error"}
_TOO_LONG = ("prompt is too long", "exceed context limit", "context window", "context length")
_NO_CREDIT = ("credit balance", "specified api usage limits", "spend limit", "spend_limit")


def error_of_status(
    provider: str, status: int, headers: Mapping[str, str], body: bytes
) -> CadreError:
    """Say what an answer with an error status means and what to do about it."""
    error = error_object(body)
    # The type in the body says more than the status, where it is one of the API's own.
    kind = str(error.get("type") or "")
    if kind not in _KINDS:
        kind = _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return _error(provider, kind, error, f" ({status})", retry_after_seconds(headers))


def error_of_event(provider: str, event: dict[str, Json]) -> CadreError:
    """Say what an `error` event in the middle of a stream means."""
    error: Json = event.get("error")
    details = error if is_object(error) else {"message": str(error)}
    return _error(provider, str(details.get("type") or "api_error"), details, "", None)


def _error(
    provider: str, kind: str, error: dict[str, Json], status: str, wait: float | None
) -> CadreError:
    words = said(error)
    signs = f"{words} {error.get('details') or ''}".lower()
    if kind == "billing_error" or any(sign in signs for sign in _NO_CREDIT):
        return ModelOutOfCredit(f"{provider} has no credit left: {words}. Check its billing page.")
    if kind == "request_too_large" or any(sign in signs for sign in _TOO_LONG):
        return ContextTooLong(
            f"The conversation is too long for this model of {provider}: {words}. "
            "Lower context.max_tokens of the agent or take a model with a larger window."
        )
    if kind in {"authentication_error", "permission_error"}:
        return ModelAuthFailed(
            f"{provider} refuses the key{status}: {words}. "
            "Enter another key under Settings, Models."
        )
    if kind == "not_found_error":
        return UnknownModel(
            f"{provider} does not know this model or address{status}: {words}. "
            "Check the model's name and the base URL."
        )
    return _passing_error(provider, kind, words, status, wait)


def _passing_error(
    provider: str, kind: str, words: str, status: str, wait: float | None
) -> CadreError:
    if kind == "rate_limit_error":
        return ModelLimited(
            f"{provider} has too many requests{status}: {words}. Try again later.",
            retry_after_seconds=wait,
        )
    if kind in _LATER:
        return ModelUnavailable(
            f"{provider} can't answer now{status}: {words}.", retry_after_seconds=wait
        )
    return ModelRefused(f"{provider} does not accept the request{status}: {words}.")
