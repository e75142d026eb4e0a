"""Signing in by an identity provider: to it, back from it, and why it was not to be.

All three are gone to by the browser itself, so what goes wrong ends on the sign-in page: with a code,
never with a text, which anybody could write into an address.
"""

import time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from cadre.edge.http import cookies
from cadre.edge.http.schemas import SsoRefusal
from cadre.infra.web import Provide, requires_nothing
from cadre.kernel.errors import CadreError
from cadre.trust.accounts import (
    AccountEvent,
    EventLog,
    HalfWay,
    arriving,
    device_of,
    page_of,
)
from cadre.trust.federation import (
    CALLBACK,
    Arrived,
    Federation,
    ProviderBroken,
    ProviderNotFound,
    SignInRefused,
    code_of,
    sentence_of,
)

router = APIRouter(prefix="/session/sso", tags=["session"], dependencies=[requires_nothing()])

_Federation = Annotated[Federation, Provide(Federation)]
_Events = Annotated[EventLog, Provide(EventLog)]
_SIGN_IN = "/signin"
_EXPECTED = (SignInRefused, ProviderBroken, ProviderNotFound)


@router.get(
    "/{provider_id}/start",
    summary="Sign in by an identity provider",
    status_code=303,
    response_class=RedirectResponse,
)
async def begin_sso(
    provider_id: str,
    request: Request,
    *,
    federation: _Federation,
    events: _Events,
    back: Annotated[str, Query(max_length=500)] = "/",
) -> Response:
    """Sends the browser to the provider. `back` is the page to come back to."""
    redirect_uri = f"{page_of(request.scope)}{CALLBACK}"
    try:
        begun = await federation.begin(
            arriving(request.scope), provider_id, redirect_uri=redirect_uri, return_to=back
        )
    except _EXPECTED as error:
        return await _refused(request, events, error)
    response = RedirectResponse(begun.url, 303)
    cookies.keep_sso(request, response, begun.browser, begun.seconds)
    return response


@router.get(
    "/callback",
    summary="Come back from an identity provider",
    status_code=303,
    response_class=RedirectResponse,
)
async def finish_sso(request: Request, *, federation: _Federation, events: _Events) -> Response:
    """Signs in whom the provider vouches for, and goes on to the page that was wanted."""
    device = device_of(request.scope)
    try:
        arrived = await federation.finish(
            arriving(request.scope),
            cookies.sso_cookie(request),
            dict(request.query_params),
            device,
        )
    except CadreError as error:
        return await _refused(request, events, error)
    response = _go_on(request, arrived)
    cookies.drop_sso(request, response)
    await events.write(_event(request, arrived))
    return response


@router.get("/refusal", summary="Why a sign-in by a provider was refused")
async def get_refusal(code: Annotated[str, Query(max_length=100)]) -> SsoRefusal:
    """The sentence for the `refused` of the sign-in page's address."""
    return SsoRefusal(code=code, detail=sentence_of(code))


def _go_on(request: Request, arrived: Arrived) -> Response:
    if isinstance(arrived.outcome, HalfWay):
        said = {"mfa": "set_up" if arrived.outcome.must_set_up else "show"}
        if arrived.outcome.methods:
            said["methods"] = ",".join(arrived.outcome.methods)
        if arrived.return_to != "/":
            said["back"] = arrived.return_to
        response = RedirectResponse(f"{_SIGN_IN}?{urlencode(said, safe=',/')}", 303)
        cookies.keep_ticket(request, response, arrived.outcome, time.time())
        return response
    response = RedirectResponse(arrived.return_to, 303)
    cookies.keep_session(request, response, arrived.outcome, time.time())
    return response


async def _refused(request: Request, events: EventLog, error: CadreError) -> Response:
    device = device_of(request.scope)
    await events.write(
        AccountEvent(
            arriving(request.scope).org,
            "session.sso",
            result="refused",
            address=device.address,
            user_agent=device.user_agent,
            details={"code": error.code, "reason": error.detail},
        )
    )
    response = RedirectResponse(f"{_SIGN_IN}?refused={code_of(error)}", 303)
    cookies.drop_sso(request, response)
    return response


def _event(request: Request, arrived: Arrived) -> AccountEvent:
    device, outcome = device_of(request.scope), arrived.outcome
    is_whole = not isinstance(outcome, HalfWay)
    return AccountEvent(
        arriving(request.scope).org,
        "session.sso",
        arrived.user_id,
        outcome.identity.user.name if not isinstance(outcome, HalfWay) else "",
        address=device.address,
        user_agent=device.user_agent,
        details={"provider": arrived.provider, "second_factor_due": not is_whole},
    )
