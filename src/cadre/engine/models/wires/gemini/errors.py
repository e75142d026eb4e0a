"""What the Gemini API answers instead of an answer, as kinds of the kernel."""

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
from cadre.kernel.values import is_list, is_object

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
}
_LATER = {"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "UNKNOWN"}
_KINDS = {*_STATUSES.values(), *_LATER, "FAILED_PRECONDITION", "OUT_OF_RANGE"}
_BAD_KEY = ("api_key_invalid", "api key not valid", "api key expired", "api key not found")
_TOO_LONG = ("maximum number of tokens", "input token count", "context window")
_NO_CREDIT = ("credits are depleted", "requires billing", "enable billing", "spending cap")


def error_of_status(
    provider: str, status: int, headers: Mapping[str, str], body: bytes
) -> CadreError:
    """Say what an answer with an error status means and what to do about it."""
    return _error(provider, status, error_object(body), retry_after_seconds(headers))


def error_of_chunk(provider: str, error: Json) -> CadreError:
    """Say what an error in the middle of a stream means."""
    details: dict[str, Json] = error if is_object(error) else {"message": str(error)}
    code = details.get("code")
    return _error(provider, code if isinstance(code, int) else 500, details, None)


def _error(provider: str, status: int, error: dict[str, Json], wait: float | None) -> CadreError:
    words = said(error)
    kind = str(error.get("status") or "")
    if kind not in _KINDS:
        kind = _STATUSES.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    signs = f"{words} {_reasons(error)}".lower()
    if any(sign in signs for sign in _NO_CREDIT):
        return ModelOutOfCredit(f"{provider} has no credit left: {words}. Check its billing page.")
    if kind in {"UNAUTHENTICATED", "PERMISSION_DENIED"} or any(sign in signs for sign in _BAD_KEY):
        return ModelAuthFailed(
            f"{provider} refuses the key ({status}): {words}. "
            "Enter another key under Settings, Models."
        )
    if kind == "INVALID_ARGUMENT" and any(sign in signs for sign in _TOO_LONG):
        return ContextTooLong(
            f"The conversation is too long for this model of {provider}: {words}. "
            "Lower context.max_tokens of the agent or take a model with a larger window."
        )
    if kind == "NOT_FOUND":
        return UnknownModel(
            f"{provider} does not know this model or address ({status}): {words}. "
            "Check the model's name and the base URL."
        )
    return _passing_error(provider, status, kind, words, _retry_delay(error) or wait)


def _passing_error(
    provider: str, status: int, kind: str, words: str, wait: float | None
) -> CadreError:
    if kind == "RESOURCE_EXHAUSTED":
        return ModelLimited(
            f"{provider} has too many requests ({status}): {words}. Try again later.",
            retry_after_seconds=wait,
        )
    if kind in _LATER or status >= 500:
        return ModelUnavailable(
            f"{provider} can't answer now ({status}): {words}.", retry_after_seconds=wait
        )
    return ModelRefused(f"{provider} does not accept the request ({status}): {words}.")


def _details(error: dict[str, Json]) -> list[dict[str, Json]]:
    details: Json = error.get("details")
    return [detail for detail in details if is_object(detail)] if is_list(details) else []


def _reasons(error: dict[str, Json]) -> str:
    return " ".join(str(detail.get("reason") or "") for detail in _details(error))


def _retry_delay(error: dict[str, Json]) -> float | None:
    """What `google.rpc.RetryInfo` says, such as "34.07s"."""
    for detail in _details(error):
        delay = str(detail.get("retryDelay") or "").removesuffix("s")
        try:
            return max(0.0, float(delay))
        except ValueError:
            continue
    return None
