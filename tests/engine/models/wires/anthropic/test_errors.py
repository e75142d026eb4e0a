"""Errors of the Messages API and the kinds that they are."""

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
from cadre.engine.models.wires.anthropic import AnthropicMessages, model_names
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.scope import Scope
from tests.engine.models.wires.asking import KEY, ask, question
from tests.engine.models.wires.raw_server import Answer, RawServer

Connect = Callable[..., AnthropicMessages]


def error(kind: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "r"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error("invalid_request_error", "bad temperature"), ModelRefused),
        (400, error("invalid_request_error", "prompt is too long: 9 > 8"), ContextTooLong),
        (
            400,
            error(
                "invalid_request_error",
                "input length and `max_tokens` exceed context limit: 9 + 8 > 10",
            ),
            ContextTooLong,
        ),
        (
            400,
            error("invalid_request_error", "Your credit balance is too low to access the API"),
            ModelOutOfCredit,
        ),
        (
            400,
            error("invalid_request_error", "You have reached your specified API usage limits"),
            ModelOutOfCredit,
        ),
        (
            400,
            error("invalid_request_error", "Output blocked by content filtering policy"),
            ModelRefused,
        ),
        (401, error("authentication_error", f"invalid x-api-key {KEY}"), ModelAuthFailed),
        (402, error("billing_error"), ModelOutOfCredit),
        (403, error("permission_error"), ModelAuthFailed),
        (404, error("not_found_error", "model: claude-9"), UnknownModel),
        (409, error("conflict_error"), ModelUnavailable),
        (413, error("request_too_large"), ContextTooLong),
        (422, "plain words", ModelRefused),
        (429, error("rate_limit_error"), ModelLimited),
        (
            429,
            error("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}),
            ModelOutOfCredit,
        ),
        (500, error("api_error"), ModelUnavailable),
        (502, "<html>bad gateway</html>", ModelUnavailable),
        (504, error("timeout_error"), ModelUnavailable),
        (529, error("overloaded_error"), ModelUnavailable),
    ],
)
async def test_each_error_is_told_by_kind_and_without_the_key(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    status: int,
    body: dict[str, Any] | str,
    kind: type[CadreError],
):
    raw.say_json(body, status=status)

    with pytest.raises(kind) as caught:
        await ask(connect(), scope)

    assert type(caught.value) is kind
    assert KEY not in caught.value.detail
    assert len(raw.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error")])
async def test_how_long_to_wait_is_kept(
    raw: RawServer, connect: Connect, scope: Scope, status: int, kind: str
):
    raw.say_json(error(kind), status=status, retry_after="17")

    with pytest.raises((ModelLimited, ModelUnavailable)) as caught:
        await ask(connect(), scope)

    assert caught.value.retry_after_seconds == 17  # type: ignore[union-attr]


async def test_models_are_listed_over_pages(raw: RawServer, http: HttpClient):
    raw.say_json({"data": [{"id": "claude-b"}], "has_more": True, "last_id": "claude-b"})
    raw.say_json({"data": [{"id": "claude-a"}], "has_more": False, "last_id": "claude-a"})
    endpoint = Endpoint("claude", f"{raw.url}/v1/", KEY, "anthropic")

    names = await model_names(http, endpoint)

    assert names == ["claude-a", "claude-b"]
    assert [seen.path for seen in raw.requests] == ["/v1/models", "/v1/models"]
    assert raw.requests[1].query == {"limit": "1000", "after_id": "claude-b"}
    assert raw.requests[0].headers["x-api-key"] == KEY


@pytest.mark.parametrize("body", [{"models": []}, ["claude"], {"data": [1]}])
async def test_a_list_that_is_none_is_named(raw: RawServer, http: HttpClient, body: Any):
    raw.say_json(body)

    with pytest.raises(ModelReplyBroken):
        await model_names(http, Endpoint("claude", raw.url, KEY, "anthropic"))


async def test_a_refused_key_is_told_when_models_are_listed(raw: RawServer, http: HttpClient):
    raw.say_json(error("authentication_error"), status=401)

    with pytest.raises(ModelAuthFailed):
        await model_names(http, Endpoint("claude", raw.url, KEY, "anthropic"))


@pytest.mark.parametrize("content", [b'{"tokens": 3}', b"{not json"])
async def test_a_count_that_is_none_is_named(raw: RawServer, connect: Connect, content: bytes):
    raw.say(Answer([content], content_type="application/json"))

    with pytest.raises(ModelReplyBroken):
        await connect().count_tokens(question())
