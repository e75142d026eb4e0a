"""What no database can hold is refused at the door, with its place; what only looks like it is not."""

import json

import httpx2
import pytest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from cadre.edge.http.texts import CheckAddresses, check_json

REFUSED = [
    rb'{"name": "a\u0000b"}',
    rb'{"a\u0000": 1}',
    rb'["\\\u0000"]',
    rb'{"name": "\ud800"}',
    rb'{"name": "\udc00\ud800"}',
    b'{"at": NaN}',
    b"[Infinity]",
    b"[1e400]",
    b"[9223372036854775808]",
    b"[-9223372036854775809]",
    b"1" * 5000,
    b"{",
    b'"\xff"',
]
TAKEN = [
    b"",
    rb'["\\u0000"]',
    rb'["\\\\u0000"]',
    rb'["\ud83d\ude00"]',
    b"[9223372036854775807, -9223372036854775808]",
    b'["12345678901234567890123"]',
    b"[0.12345678901234567890123]",
    b"[1e300]",
    b"null",
]


@pytest.mark.parametrize("body", REFUSED)
def test_json_that_can_not_be_kept_is_refused(body: bytes):
    with pytest.raises((json.JSONDecodeError, HTTPException)):
        check_json(body)


@pytest.mark.parametrize("body", TAKEN)
def test_json_that_can_be_kept_is_taken(body: bytes):
    check_json(body)


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/agents/a%00b", 422, None),
        ("/api/v1/runs?q=a&cursor=%00", 422, "cursor"),
        ("/api/v1/runs?q=%2500", 200, None),
        ("/api/v1/runs?a%00=1", 422, None),
        ("/anything?q=%00", 200, None),
    ],
)
async def test_an_address_with_a_nul_is_refused_by_name(path: str, status: int, field: str | None):
    app: ASGIApp = CheckAddresses(PlainTextResponse("served"))

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://here"
    ) as client:
        answer = await client.get(path)

    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json().get("field")) == ("text_not_kept", field)
