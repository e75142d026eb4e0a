"""The OpenAPI description is whole, and every address answers bad input with a problem."""

import json
import re
from typing import Any

from tests.doors.server import Server

_NO_BODY = {"204", "default"}


def _operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
    ]


async def test_every_operation_is_described(server: Server):
    async with server.signed_in() as client:
        description = (await client.get("/openapi.json")).json()

    operations = _operations(description)
    ids = [operation["operationId"] for _, _, operation in operations]
    assert description["openapi"].startswith("3.1")
    assert len(ids) == len(set(ids))
    for path, method, operation in operations:
        where = f"{method} {path}"
        assert operation.get("summary"), where
        assert operation.get("description"), where
        assert "default" in operation["responses"], where
        for status, response in operation["responses"].items():
            if status not in _NO_BODY and "$ref" not in response and not status.startswith("3"):
                assert all("schema" in content for content in response["content"].values()), where


async def test_all_references_resolve(server: Server):
    async with server.signed_in() as client:
        description = (await client.get("/openapi.json")).json()

    schemas = description["components"]["schemas"]

    named = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(description)))
    answers = set(re.findall(r'"\$ref": "#/components/responses/([^"]+)"', json.dumps(description)))
    assert named <= set(schemas)
    assert answers == set(description["components"]["responses"])


_WRONG: list[tuple[str, str, Any, int, str | None]] = [
    ("POST", "/session", {}, 422, "token"),
    ("POST", "/session", {"token": 7}, 422, "token"),
    ("POST", "/keys", {"name": ""}, 422, "name"),
    ("POST", "/keys", {"nmae": "x", "name": "x"}, 422, "nmae"),
    ("DELETE", "/keys/key_none", None, 404, None),
    ("POST", "/conversations", {"agent": "nobody"}, 404, "agent"),
    ("POST", "/conversations", {"title": 7}, 422, "title"),
    ("GET", "/conversations/cnv_none", None, 404, None),
    ("GET", "/conversations/cnv_none/stream", None, 404, None),
    ("POST", "/conversations/cnv_none/messages", {"text": "hi"}, 404, None),
    ("GET", "/conversations?limit=0", None, 422, "limit"),
    ("GET", "/runs?status=sleeping", None, 422, "status"),
    ("GET", "/runs?limit=many", None, 422, "limit"),
    ("GET", "/runs?cursor=%00", None, 422, "cursor"),
    ("GET", "/runs/run_none", None, 404, None),
    ("GET", "/runs/run_none/stream", None, 404, None),
    ("POST", "/runs", {"text": "hi", "agent": "nobody"}, 404, "agent"),
    ("POST", "/runs", {"agent": "assistant"}, 422, "text"),
    ("POST", "/runs/run_none/fork", {"at_seq": -5}, 422, "at_seq"),
    ("POST", "/runs/run_none/fork", {"at_seq": 0}, 404, None),
    ("POST", "/runs/run_none/cancel", {"reason": 7}, 422, "reason"),
    ("POST", "/runs/run_none/resolve", {"key": "x", "outcome": "perhaps"}, 422, "outcome"),
    ("GET", "/approvals?status=maybe", None, 422, "status"),
    ("GET", "/approvals/apr_none", None, 404, None),
    ("POST", "/approvals/apr_none/decision", {"decision": "approve"}, 422, "call_hash"),
    ("PUT", "/agents/x", {"yaml": "name: ["}, 422, "yaml"),
    ("PUT", "/agents/x", {"yaml": "name: x"}, 422, None),
    ("GET", "/agents/nobody", None, 404, None),
    ("PUT", "/gate/rules", {"rules": [{"tool": "*", "effect": "perhaps"}]}, 422, None),
    ("POST", "/gate/explain", {"tool": 7}, 422, "tool"),
    ("PUT", "/models/default", {"name": "gpt-9"}, 404, None),
    ("PUT", "/providers/Bad Name", {"base_url": "http://x", "models": []}, 422, None),
    ("PUT", "/providers/x", {"base_url": "not a url", "models": []}, 422, "base_url"),
    ("GET", "/nowhere", None, 404, None),
    ("PATCH", "/me", {}, 405, None),
]


async def test_bad_input_is_answered_with_a_problem_that_names_it(server: Server):
    failures: list[str] = []

    async with server.signed_in() as client:
        for method, path, body, status, field in _WRONG:
            answer = await client.request(method, f"/api/v1{path}", json=body)
            problem = answer.json()
            named = field is None or str(problem.get("field", "")).split(".")[0] == field
            is_problem = answer.headers["content-type"] == "application/problem+json"
            if not (is_problem and answer.status_code == status and named and problem["detail"]):
                failures.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")

    assert not failures, "\n".join(failures)


_BODIES: list[tuple[bytes, str, int]] = [
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'{"name": "x"}', "text/plain", 422),
    (b"[1]", "application/json", 422),
    (b"null", "application/json", 422),
    (b"x" * 5_000_000, "application/json", 413),
    (b"[" * 100_000, "application/json", 400),
]


async def test_a_body_that_is_not_what_was_asked_for_is_a_problem(server: Server):
    async with server.signed_in() as client:
        for content, content_type, status in _BODIES:
            answer = await client.post(
                "/api/v1/keys", content=content, headers={"Content-Type": content_type}
            )

            assert answer.status_code == status, (content[:20], answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
