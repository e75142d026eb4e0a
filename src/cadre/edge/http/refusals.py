"""Refusals: how a middleware says no, over HTTP and before a WebSocket opens."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cadre.infra.web import problem_of, problem_response
from cadre.kernel.errors import CadreError
from cadre.trust.federation import SCIM_TYPE, scim_refusal


async def refuse(
    error: CadreError,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    status: int | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """Answer with `error` as a problem; a WebSocket is refused before it is accepted."""
    problem = problem_of(error)
    if status is not None:
        problem = problem.model_copy(update={"status": status})
    response = problem_response(problem, headers)
    if said := scim_refusal(scope["path"], problem.status, problem.detail):
        response = Response(said, problem.status, headers, media_type=SCIM_TYPE)
    # For a WebSocket Starlette sends a response as the denial that RFC 6455 allows.
    await response(scope, receive, send)
