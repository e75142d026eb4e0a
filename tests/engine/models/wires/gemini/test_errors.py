"""Errors of the Gemini API and the kinds that they are."""

from collections.abc import Callable
from typing import Any

import pytest

from cadre.engine.models.endpoints import Endpoint
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
from cadre.engine.models.wires.gemini import Gemini, model_names
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.scope import Scope
from tests.engine.models.wires.asking import KEY, ask
from tests.engine.models.wires.raw_server import RawServer

Connect = Callable[..., Gemini]

_TYPES = "type.googleapis.com/google.rpc"
RETRY = {"@type": f"{_TYPES}.RetryInfo", "retryDelay": "34.07s"}


def error(code: int, status: str, message: str = "no", *details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": [*details]}}


def reason(said: str) -> dict[str, str]:
    return {"@type": f"{_TYPES}.ErrorInfo", "reason": said, "domain": "googleapis.com"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            400,
            error(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID")),
            ModelAuthFailed,
        ),
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            ),
            ContextTooLong,
        ),
        (400, error(400, "INVALID_ARGUMENT", "bad temperature"), ModelRefused),
        (
            400,
            error(400, "FAILED_PRECONDITION", "User location is not supported"),
            ModelRefused,
        ),
        (
            400,
            error(400, "FAILED_PRECONDITION", "Please enable billing on project 7"),
            ModelOutOfCredit,
        ),
        (400, [error(400, "INVALID_ARGUMENT", "as a list")], ModelRefused),
        (401, error(401, "UNAUTHENTICATED"), ModelAuthFailed),
        (403, error(403, "PERMISSION_DENIED", f"denied for {KEY}"), ModelAuthFailed),
        (404, error(404, "NOT_FOUND", "models/x is not found"), UnknownModel),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", "check your plan and billing details", RETRY),
            ModelLimited,
        ),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
            ModelOutOfCredit,
        ),
        (499, error(499, "CANCELLED"), ModelUnavailable),
        (500, error(500, "INTERNAL"), ModelUnavailable),
        (502, "<html>bad gateway</html>", ModelUnavailable),
        (503, error(503, "UNAVAILABLE", "The model is overloaded."), ModelUnavailable),
        (504, error(504, "DEADLINE_EXCEEDED"), ModelUnavailable),
    ],
)
async def test_each_error_is_told_by_kind_and_without_the_key(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    status: int,
    body: Any,
    kind: type[CadreError],
):
    raw.say_json(body, status=status)

    with pytest.raises(kind) as caught:
        await ask(connect(), scope)

    assert type(caught.value) is kind
    assert KEY not in caught.value.detail
    assert len(raw.requests) == 1


async def test_how_long_to_wait_is_read_from_the_details(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say_json(error(429, "RESOURCE_EXHAUSTED", "no", reason("RATE"), RETRY), status=429)

    with pytest.raises(ModelLimited) as caught:
        await ask(connect(), scope)

    assert caught.value.retry_after_seconds == 34.07


async def test_models_are_listed_over_pages(raw: RawServer, http: HttpClient):
    raw.say_json({"models": [{"name": "models/gemini-b"}], "nextPageToken": "t1"})
    raw.say_json({"models": [{"name": "models/gemini-a"}]})
    endpoint = Endpoint("gemini", f"{raw.url}/v1beta", KEY, "gemini")

    names = await model_names(http, endpoint)

    assert names == ["gemini-a", "gemini-b"]
    assert [seen.path for seen in raw.requests] == ["/v1beta/models", "/v1beta/models"]
    assert raw.requests[1].query == {"pageSize": "1000", "pageToken": "t1"}
    assert raw.requests[0].headers["x-goog-api-key"] == KEY


@pytest.mark.parametrize("body", [{"data": []}, ["gemini"], {"models": [1]}])
async def test_a_list_that_is_none_is_named(raw: RawServer, http: HttpClient, body: Any):
    raw.say_json(body)

    with pytest.raises(ModelReplyBroken):
        await model_names(http, Endpoint("gemini", raw.url, KEY, "gemini"))
