"""Requests that a page elsewhere makes, hosts that are not ours, and lines that end in a header."""

import json
from typing import Any
from urllib.parse import quote

import aiohttp
import httpx2
import pytest

from tests.doors.attacks.people import join
from tests.doors.attacks.raw import RawAnswer, send_raw
from tests.doors.server import Server

SAFE = {"get", "head", "options"}
# Whoever has no session yet brings what only they were given, in the body or in a cookie of its own.
BEFORE_A_SESSION = ("/api/v1/session/mfa", "/api/v1/session/refresh")
ELSEWHERE = "https://evil.example"
PLANTED = "Planted: yes"
BROKEN = "a\r\n" + PLANTED


async def described(server: Server) -> dict[str, Any]:
    async with server.signed_in() as owner:
        return (await owner.get("/openapi.json")).json()["paths"]


async def test_no_route_that_changes_something_obeys_a_cookie_alone(attacked: Server):
    """Generated: every route of the description that is not open to everybody."""
    async with attacked.signed_in() as owner:
        other = await join(attacked, owner, "owner", "csrf@acme.example")
        kept = (await owner.get("/api/v1/org")).json()
    paths = await described(attacked)
    tried, obeyed = 0, list[str]()
    async with other.page() as page:
        me = (await page.get("/api/v1/me")).json()
        del page.headers["X-CSRF-Token"]
        for path, operations in paths.items():
            for method in operations.keys() - SAFE:
                address = path.replace("{", "").replace("}", "")
                if path.startswith(BEFORE_A_SESSION) or await _is_open(attacked, method, address):
                    continue
                tried += 1
                for headers in ({}, {"X-CSRF-Token": "f" * 64}, {"X-CSRF-Token": ""}):
                    answer = await page.request(method.upper(), address, headers=headers, json={})
                    if answer.status_code != 403 or "X-CSRF-Token" not in answer.text:
                        obeyed.append(f"{method} {path}: {answer.status_code}")
    async with attacked.signed_in() as owner:
        after = (await owner.get("/api/v1/org")).json()

    assert me["csrf"] == other.csrf
    assert tried > 100
    assert obeyed == []
    assert after == kept


async def _is_open(server: Server, method: str, address: str) -> bool:
    """Whether anybody at all may ask it."""
    async with server.anybody() as stranger:
        return (await stranger.request(method.upper(), address)).status_code != 401


async def test_the_csrf_token_of_another_session_counts_for_nothing(attacked: Server):
    async with attacked.signed_in() as owner:
        attacker = await join(attacked, owner, "user", "csrf2@acme.example")
        owner.headers["X-CSRF-Token"] = attacker.csrf
        answer = await owner.post("/api/v1/keys", json={"name": "mine"})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize("origin", [None, ELSEWHERE, "null", "http://127.0.0.1.evil.example"])
async def test_a_socket_opens_for_our_own_page_only(attacked: Server, origin: str | None):
    async with attacked.signed_in() as owner:
        cookie = owner.cookies["cadre_session"]
    headers = {"Cookie": f"cadre_session={cookie}", **({"Origin": origin} if origin else {})}
    async with aiohttp.ClientSession(headers=headers) as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{attacked.url}/api/v1/ws")

    assert refused.value.status == 403


async def test_a_page_elsewhere_can_neither_act_nor_read(attacked: Server):
    async with attacked.signed_in() as owner:
        owner.headers["Origin"] = ELSEWHERE
        acted = await owner.post("/api/v1/keys", json={"name": "theirs"})
        read = await owner.get("/api/v1/me")
        asked = await owner.options(
            "/api/v1/keys", headers={"Access-Control-Request-Method": "POST"}
        )
        form = await owner.post(
            "/api/v1/keys", content=b"name=x", headers={"Content-Type": "text/plain"}
        )

    assert (acted.status_code, acted.json()["code"]) == (403, "origin_not_allowed")
    assert form.status_code == 403
    for answer in (acted, read, asked):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example:80@127.0.0.1",
    "evil.example\\@127.0.0.1",
    "127.0.0.1/@evil.example",
    "127.0.0.1?evil.example",
    "127.0.0.1#evil.example",
    "127.0.0.1, evil.example",
    "127.0.0.1 evil.example",
    "[::1].evil.example",
    "[127.0.0.1",
    "acme.localhost@evil.example",
    "",
]


@pytest.mark.parametrize("host", HOSTS)
async def test_no_other_host_is_taken_for_ours(attacked: Server, host: str):
    answer = await send_raw(attacked, "GET /api/v1/health HTTP/1.1", f"Host: {host}")

    assert answer.status in {400, 404, 421}


@pytest.mark.parametrize("ours_first", [True, False])
async def test_a_letter_leads_to_no_host_that_an_attacker_names(attacked: Server, ours_first: bool):
    async with attacked.signed_in() as owner:
        email = f"victim{int(ours_first)}@acme.example"
        await join(attacked, owner, "user", email)
    body = json.dumps({"email": email}).encode()
    ours, theirs = f"Host: 127.0.0.1:{attacked.port}", "Host: evil.example"
    answers: list[RawAnswer] = []
    for hosts in (
        [ours, theirs] if ours_first else [theirs, ours],
        [ours, "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"],
        [f"Host: evil.example\\@127.0.0.1:{attacked.port}"],
    ):
        answers.append(
            await send_raw(
                attacked,
                "POST /api/v1/password-reset HTTP/1.1",
                *hosts,
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                body=body,
            )
        )

    assert [answer.status for answer in answers] == [421, 202, 421]
    letters = [path.read_text() for path in (attacked.home / "mail").glob("*.eml")]
    assert letters
    assert not any("evil.example" in letter for letter in letters)


async def test_an_address_that_names_another_host_is_asked_of_ours(attacked: Server):
    """The whole address in the request line, as to a proxy."""
    answer = await send_raw(
        attacked, "GET http://evil.example/api/v1/me HTTP/1.1", f"Host: 127.0.0.1:{attacked.port}"
    )

    assert answer.status in {400, 401, 404, 421}


OUTSIDE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%0d%0a/evil.example\r\nLocation: https://evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "@evil.example",
    " //evil.example",
    "",
]


async def test_every_parameter_that_names_a_place_is_known():
    """Whoever adds one adds it to the attacks, too."""
    from cadre.app.main import describe

    words = ("next", "return", "back", "redirect", "url", "continue", "target", "callback")
    found = {
        f"{path} {parameter['name']}"
        for path, operations in describe()["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and any(word in parameter["name"] for word in words)
    }

    assert found == {"/api/v1/session/sso/{provider_id}/start back"}


@pytest.mark.parametrize("back", OUTSIDE)
async def test_nobody_is_sent_elsewhere(attacked: Server, back: str):
    async with attacked.anybody() as client:
        begun = await client.get(
            f"/api/v1/session/sso/idp_x/start?back={quote(back, safe='')}", follow_redirects=False
        )
        page = await client.get(f"/signin?back={quote(back, safe='')}", follow_redirects=False)

    assert begun.status_code == 422, begun.headers
    assert begun.json()["field"] == "back"
    assert page.status_code == 200
    assert "location" not in page.headers


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/..", "/\\evil.example/", "/%5cevil.example"]
)
async def test_no_path_becomes_a_redirect(attacked: Server, path: str):
    for start in ("", "/api/v1/keys/..", "/api/v1"):
        answer = await send_raw(
            attacked, f"GET {start}{path} HTTP/1.1", f"Host: 127.0.0.1:{attacked.port}"
        )
        assert not 300 <= answer.status < 400, (start, answer.headers)
        assert answer.all("location") == []


async def test_no_line_break_gets_into_a_header(attacked: Server):
    """Wherever something that was sent comes back in a header: names of files, ids, addresses."""
    answers: list[httpx2.Response] = []
    async with attacked.signed_in() as owner:
        conversation = (await owner.post("/api/v1/conversations", json={})).json()["id"]
        path = f"/api/v1/conversations/{conversation}/files"
        for name in ("a\r\nPlanted: yes.txt", "a%0d%0aPlanted: yes.txt", 'a"; x="\nPlanted: yes'):
            sent = await owner.post(path, files={"file": (name, b"content")})
            answers.append(sent)
            if sent.status_code == 201:
                answers.append(await owner.get(f"{path}/{quote(sent.json()['path'], safe='')}"))
        answers += [
            await owner.get(f"{path}/{quote(BROKEN, safe='')}"),
            await owner.get("/api/v1/me", headers={"X-Request-Id": "evil", "X-Cadre-Project": "a"}),
            await owner.get(f"/api/v1/agents/{quote(BROKEN, safe='')}"),
            await owner.post(
                "/api/v1/orgs", json={"slug": BROKEN, "name": "A", "email": "a@b.example"}
            ),
            await owner.post("/api/v1/members", json={"email": f"a@b.example{BROKEN}"}),
            await owner.post("/api/v1/members", json={"email": "a@b.example", "name": BROKEN}),
            await owner.get(f"/api/v1/session/sso/refusal?code={quote(BROKEN)}"),
            await owner.get(f"/{quote(BROKEN, safe='')}"),
            await owner.get(f"/api/v1/usage/export?format={quote(BROKEN)}"),
            await owner.post("/api/v1/scim/v2/Users", json={"userName": f"scim@b.example{BROKEN}"}),
        ]
    assert len(answers) > 12
    for answer in answers:
        assert "planted" not in answer.headers, answer.request.url
        assert "\n" not in str(answer.headers.get("content-disposition", ""))
        assert answer.headers["x-request-id"] != "evil"
        assert answer.status_code != 500, (answer.request.url, answer.text)


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding : chunked"],
        ["Content-Length: +5"],
        [" Folded: yes"],
    ],
)
async def test_a_request_that_two_servers_would_read_differently_is_refused(
    attacked: Server, lines: list[str]
):
    """Smuggling: what comes after it must not be read as a request of its own."""
    smuggled = b"0\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = await send_raw(
        attacked,
        "POST /api/v1/session HTTP/1.1",
        f"Host: 127.0.0.1:{attacked.port}",
        "Content-Type: application/json",
        *lines,
        body=smuggled,
    )

    assert answer.status in {0, 400, 401, 411, 422}
    assert b'"status":"ok"' not in answer.body
