"""Problems: every error of every route, as RFC 9457 problem details.

The kinds of `kernel/errors` are mapped to HTTP here and nowhere else. A problem never
quotes the input back and never shows what went wrong inside. Where the app serves `ProblemMasks`, no
secret that is known leaves in one.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from cadre.infra.web.validation import Fault, faults_of
from cadre.kernel.errors import (
    CadreError,
    Conflict,
    Denied,
    Invalid,
    LimitReached,
    NotFound,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[CadreError], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Denied: 403,
    NotFound: 404,
    Conflict: 409,
    LimitReached: 429,
    Unavailable: 503,
}

# What Starlette and FastAPI say by status alone: a code, a title, what to do about it.
_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: ("malformed", "The request can't be read", "Check the body and the content type."),
    404: ("no_such_route", "No such address", "Look up the address in /openapi.json."),
    405: ("method_not_allowed", "Not with this method", "Use a method named in `Allow`."),
    413: ("too_large", "The body is too large", "Send less at once."),
    415: ("media_type", "Not this content type", "Send JSON as `application/json`."),
}


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `field` names the input at fault, `errors` all of them."""

    type: str = Field(examples=["urn:cadre:problem:not_found"])
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[Fault] | None = None


class ProblemMasks(Protocol):
    """Masks what is a secret of the org that a connection is for."""

    def mask(self, asgi_scope: Scope, text: str) -> str: ...


class _ProblemResponse(JSONResponse):
    """A problem, masked as it is sent: only then it is known to whom."""

    media_type = MEDIA_TYPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services = getattr(scope["app"].state, "services", None) if "app" in scope else None
        masks: ProblemMasks | None = services.get(ProblemMasks) if services else None
        if masks is not None:
            said = bytes(self.body).decode()
            if (masked := masks.mask(scope, said)) != said:
                self.body = masked.encode()
                self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def problem_of(error: CadreError) -> Problem:
    """Say `error` as a problem."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)
    return _problem(status, error.code, error.title, error.detail, field=error.field)


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """The answer that carries `problem`."""
    said = problem.model_dump(mode="json", exclude_none=True)
    return _ProblemResponse(said, status_code=problem.status, headers=headers)


def install_problems(app: FastAPI) -> None:
    """Make every error that leaves `app` a problem."""
    app.add_exception_handler(CadreError, _on_cadre_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_cadre_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CadreError)
    return problem_response(problem_of(error), _headers_of(error))


async def _on_invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    raw: Sequence[Any] = error.errors()
    return problem_response(_invalid_input(faults_of(raw)))


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title, remedy = _BY_STATUS.get(
        error.status_code, (f"http_{error.status_code}", "The request failed", "")
    )
    said = error.detail.rstrip(".")
    detail = f"{said}. {remedy}".strip() if said else remedy
    problem = _problem(error.status_code, code, title, detail)
    return problem_response(problem, dict(error.headers or {}))


def _invalid_input(faults: list[Fault]) -> Problem:
    if faults[0].type == "json_invalid":
        return _problem(400, "malformed_json", "The body is not JSON", faults[0].detail)
    detail = " ".join(fault.detail for fault in faults[:3])
    more = f" And {len(faults) - 3} more." if len(faults) > 3 else ""
    problem = _problem(422, Invalid.code, Invalid.title, detail + more, field=faults[0].field)
    return problem.model_copy(update={"errors": faults})


def _problem(status: int, code: str, title: str, detail: str, field: str | None = None) -> Problem:
    return Problem(
        type=f"urn:cadre:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        field=field,
    )


def _headers_of(error: CadreError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    seconds = getattr(error, "retry_after_seconds", None)
    return {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}
