"""Keys tried beyond what they were made for: project, environment, models, agents, permissions, time."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from tests.doors.attacks.people import without_haste
from tests.doors.server import Server, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer

OTHER_AGENT = "name: other\ninstructions: Help.\nmodel: default\n"


@pytest.fixture(scope="module")
async def asked() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(models=["cheap", "dear"]) as model:
        model.say(Reply(text="Hello.", times=0))
        yield model


@pytest.fixture(scope="module")
async def here(
    tmp_path_factory: pytest.TempPathFactory, asked: ScriptedServer
) -> AsyncIterator[Server]:
    environment = {"OPENAI_API_KEY": "sk-test-0123456789", "OPENAI_BASE_URL": asked.base_url}
    server = Server(tmp_path_factory.mktemp("keys") / "home", environment)
    await server.start()
    async with server.signed_in() as owner:
        await without_haste(owner)
        for slug in ("side", "other"):
            body = {"slug": slug, "name": slug.title()}
            assert (await owner.post("/api/v1/org/projects", json=body)).status_code == 201
        saved = await owner.put("/api/v1/agents/other", json={"yaml": OTHER_AGENT})
        assert saved.status_code == 200, saved.text
    yield server
    await server.stop()


async def made(server: Server, **wanted: Any) -> dict[str, Any]:
    async with server.signed_in() as owner:
        answer = await owner.post("/api/v1/keys", json={"name": "scoped", **wanted})
        assert answer.status_code == 201, answer.text
        return answer.json()


@asynccontextmanager
async def program(server: Server, **wanted: Any) -> AsyncGenerator[httpx2.AsyncClient]:
    """Whoever stole a key that was made so."""
    key = await made(server, **wanted)
    async with server.anybody() as client:
        client.headers["Authorization"] = f"Bearer {key['key']}"
        yield client


async def project_id(server: Server, slug: str) -> str:
    async with server.signed_in() as owner:
        items = (await owner.get("/api/v1/org/projects")).json()["items"]
    return next(each["id"] for each in items if each["slug"] == slug)


def chat(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Cadre-Project", "other"), ("X-Cadre-Project", "default"), ("X-Cadre-Environment", "dev")],
)
async def test_a_key_does_not_leave_its_project_or_environment(
    here: Server, header: str, value: str
):
    side = await project_id(here, "side")
    async with program(here, project=side, environment="staging") as thief:
        outside = await thief.get("/api/v1/runs", headers={header: value})
        inside = await thief.get("/api/v1/runs")

    assert (outside.status_code, outside.json()["code"]) == (403, "key_is_bound")
    assert inside.status_code == 200


async def test_what_a_key_of_one_project_makes_stays_there(here: Server):
    side = await project_id(here, "side")
    async with program(here, project=side) as thief:
        wider = await thief.post("/api/v1/keys", json={"name": "wider"})
        beside = await thief.post(
            "/api/v1/keys", json={"name": "b", "project": await project_id(here, "other")}
        )
        run = await thief.post("/api/v1/runs", json={"agent": "other", "text": "Hi"})
        member = await thief.post(
            "/api/v1/members", json={"email": "wide@acme.example", "role": "admin"}
        )
        me = (await thief.get("/api/v1/me")).json()
        raised = await thief.patch(f"/api/v1/members/{me['user']['id']}", json={"role": "owner"})
        secret = await thief.put("/api/v1/secrets/taken", json={"value": "a value that is long"})
        org = await thief.patch("/api/v1/org", json={"name": "Taken"})

    assert wider.status_code == 201  # bound as the one that made it
    assert wider.json()["project"] == side
    assert (beside.status_code, beside.json()["code"]) == (403, "escalation")
    assert run.status_code == 202, run.text
    assert [answer.status_code for answer in (member, raised, secret, org)] == [403] * 4


async def test_a_key_asks_the_models_that_it_names_and_no_other_by_any_door(here: Server):
    async with program(here, models=["cheap"]) as thief:
        own = await thief.post("/v1/chat/completions", json={**chat("cheap"), "stream": True})
        refused = {
            "chat": await thief.post("/v1/chat/completions", json=chat("dear")),
            "default": await thief.post("/v1/chat/completions", json=chat("default")),
            "auto": await thief.post("/v1/chat/completions", json=chat("auto")),
            "responses": await thief.post("/v1/responses", json={"model": "dear", "input": "Hi"}),
            "messages": await thief.post("/v1/messages", json={**chat("dear"), "max_tokens": 9}),
            "gemini": await thief.post(
                "/v1beta/models/dear:generateContent",
                json={"contents": [{"parts": [{"text": "Hi"}]}]},
            ),
            "embeddings": await thief.post("/v1/embeddings", json={"model": "dear", "input": "Hi"}),
        }

    assert own.status_code == 200, own.text
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(
        refused, 403
    )


async def test_a_key_of_one_agent_reaches_no_other_by_any_door(here: Server):
    grants = [
        {"permission": "agents:run", "resource": "agent:other"},
        {"permission": "conversations:*"},
        {"permission": "runs:*"},
        {"permission": "models:use"},
    ]
    async with here.signed_in() as owner:
        run = (await owner.post("/api/v1/runs", json={"agent": "assistant", "text": "Hi"})).json()
        ended = await until(owner, run["id"], is_over)
        theirs = (await owner.post("/api/v1/conversations", json={})).json()["id"]
    async with program(here, grants=grants) as thief:
        own = await thief.post("/api/v1/runs", json={"agent": "other", "text": "Hi"})
        own_run = await until(thief, own.json()["id"], is_over)
        renamed = {**own_run["definition"], "name": "assistant", "tools": ["shell"]}
        refused = {
            "run": await thief.post("/api/v1/runs", json={"agent": "assistant", "text": "Hi"}),
            "conversation": await thief.post("/api/v1/conversations", json={"agent": "assistant"}),
            "message": await thief.post(
                f"/api/v1/conversations/{theirs}/messages", json={"text": "Hi"}
            ),
            "gateway": await thief.post("/v1/chat/completions", json=chat("agent:assistant")),
            "fork": await thief.post(f"/api/v1/runs/{ended['id']}/fork", json={"at_seq": 0}),
            "fork of one's own": await thief.post(
                f"/api/v1/runs/{own_run['id']}/fork", json={"at_seq": 0, "definition": renamed}
            ),
        }

    assert own.status_code == 202, own.text
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(
        refused, 403
    )


async def test_a_key_gives_nothing_that_it_does_not_have(here: Server):
    grants = [{"permission": each} for each in ("roles:write", "members:write", "keys:use")]
    async with program(here, grants=grants) as thief:
        me = (await thief.get("/api/v1/me")).json()["user"]["id"]
        body = {"subject": {"kind": "user", "id": me}, "role": "admin"}
        refused = [
            await thief.post("/api/v1/role-bindings", json=body),
            await thief.put("/api/v1/roles/mine", json={"grants": [{"permission": "*"}]}),
            await thief.post("/api/v1/members", json={"email": "k@acme.example", "role": "user"}),
            await thief.post("/api/v1/keys", json={"name": "wider"}),
            await thief.post("/api/v1/keys", json={"name": "w", "grants": [{"permission": "*"}]}),
            await thief.get("/api/v1/secrets"),
        ]
        account = [
            await thief.get("/api/v1/account"),
            await thief.put("/api/v1/account/password", json={"password": "zinc-harbour-violin"}),
            await thief.post("/api/v1/account/mfa/totp"),
            await thief.post("/api/v1/session/proof", json={"password": "x"}),
        ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert [answer.status_code for answer in account] == [403] * len(account)


async def test_a_key_that_was_rotated_or_revoked_is_nobodys(here: Server):
    one, two = await made(here), await made(here)
    async with here.signed_in() as owner:
        path = f"/api/v1/keys/{one['id']}"
        rotated = await owner.post(f"{path}/rotate", json={"grace_seconds": 0})
        revoked = await owner.delete(f"/api/v1/keys/{two['id']}")
    statuses: list[int] = []
    async with here.anybody() as thief:
        for key in (one["key"], two["key"], rotated.json()["key"], one["key"][:-1], "ck_"):
            headers = {"Authorization": f"Bearer {key}"}
            statuses += [
                (await thief.get("/api/v1/me", headers=headers)).status_code,
                (await thief.get("/v1/models", headers=headers)).status_code,
            ]

    assert (rotated.status_code, revoked.status_code) == (200, 204)
    assert statuses == [401, 401, 401, 401, 200, 200, 401, 401, 401, 401]


async def test_a_key_in_an_address_or_a_cookie_opens_nothing(here: Server):
    key = (await made(here))["key"]
    async with here.anybody() as client:
        answers = [
            await client.get(f"/api/v1/me?key={key}"),
            await client.get(f"/api/v1/me?access_token={key}"),
            await client.get("/api/v1/me", headers={"Cookie": f"cadre_session={key}"}),
            await client.get("/api/v1/me", headers={"Authorization": f"Basic {key}"}),
        ]

    assert [answer.status_code for answer in answers] == [401] * 4
