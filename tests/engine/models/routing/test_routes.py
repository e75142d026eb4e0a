"""Routes over HTTP: kept, checked, explained, tried on the past, and recommended."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request

from cadre.engine.models.routing import Ask, Health, PastAsk, Routing
from cadre.engine.models.routing.routes import router
from cadre.infra.database import Database
from cadre.infra.web import current_scope, install_problems
from cadre.kernel.scope import Scope
from tests.engine.models.routing.conftest import World
from tests.engine.models.routing.examples import candidate
from tests.granted import granted

MINE = "name: mine\nrules:\n  - targets: ['a:small']\n"
OTHER = {"x-org": "other"}


@pytest.fixture
async def client(
    sqlite_database: Database, routing: Routing, scope: Scope, other_scope: Scope
) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.state.services = {Database: sqlite_database, Routing: routing}
    install_problems(app)

    def scope_of(request: Request) -> Scope:
        return other_scope if request.headers.get("x-org") == "other" else scope

    app.dependency_overrides[current_scope] = scope_of
    app.include_router(router)
    transport = httpx2.ASGITransport(granted(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


async def post(client: httpx2.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/models/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_route_is_put_listed_read_restored_and_deleted(client: httpx2.AsyncClient):
    first = await client.put("/models/routes/mine", json={"yaml": MINE})
    second = await client.put(
        "/models/routes/mine", json={"yaml": MINE + "description: Now.\n", "based_on": 1}
    )
    restored = await client.post("/models/routes/mine/restore", json={"version": 1})
    listed = (await client.get("/models/routes")).json()["items"]
    history = (await client.get("/models/routes/mine/versions")).json()["items"]
    deleted = await client.delete("/models/routes/mine")
    gone = await client.get("/models/routes/mine")

    assert [one.json()["version"] for one in (first, second, restored)] == [1, 2, 3]
    assert second.json()["description"] == "Now."
    assert restored.json()["yaml"] == MINE
    assert restored.json()["route"]["rules"][0]["targets"] == ["a:small"]
    assert [one["name"] for one in listed if one["version"]] == ["mine"]
    assert {one["name"] for one in listed} >= {"auto", "vision", "search", "long-context"}
    assert [one["version"] for one in history] == [3, 2, 1]
    assert (deleted.status_code, gone.status_code) == (204, 404)


async def test_another_org_finds_no_route_of_this_one(client: httpx2.AsyncClient):
    await client.put("/models/routes/mine", json={"yaml": MINE})

    answer = await client.get("/models/routes/mine", headers=OTHER)

    assert answer.status_code == 404
    assert answer.json()["code"] == "route_not_found"


async def test_a_draft_is_checked_with_the_field_at_fault(client: httpx2.AsyncClient):
    bad = await client.post("/models/routes/check", json={"yaml": "name: mine\nrules: [{}]"})
    odd = await post(
        client, "routes/check", yaml="name: mine\nrules: [{targets: ['z:m', 'a:big']}]"
    )

    assert (bad.status_code, bad.json()["code"]) == (422, "bad_route")
    assert bad.json()["field"] == "rules[0]"
    assert odd["yaml"] == "name: mine\nrules:\n- targets:\n  - z:m\n  - a:big\n"
    assert odd["notes"] == ["No model here is called `z:m`."]


async def test_a_decision_is_explained_for_a_description_of_a_call(client: httpx2.AsyncClient):
    found = await post(client, "routes/explain", model="cheap", ask={"tokens": 20_000, "tools": 1})

    assert (found["route"], found["rule"], found["targets"]) == ("cheap", 0, ["a:big"])
    seen = {one["name"]: one for one in found["considered"]}
    assert seen["a:big"]["chosen"]
    assert seen["a:big"]["estimated_cost_usd"] == "0.041000000000000000"
    assert "8,000 tokens" in seen["a:small"]["reason"]
    assert "not configured" in seen["b:far"]["reason"]


async def test_a_decision_is_explained_for_a_real_request_and_a_draft(client: httpx2.AsyncClient):
    request = {
        "model": "whatever",
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Bonjour"}]}],
    }
    draft = (
        "name: mine\nrules:\n"
        "  - {when: \"request.text.contains('Bonjour') && agent == 'x'\", targets: ['a:big']}\n"
        "  - {targets: ['a:small']}\n"
    )

    by_agent = await post(client, "routes/explain", yaml=draft, request=request, agent="x")
    by_none = await post(client, "routes/explain", yaml=draft, request=request)

    assert by_agent["targets"] == ["a:big"]
    assert by_none["targets"] == ["a:small"]
    assert by_none["passed_rules"][0].endswith("does not hold.")
    assert by_none["ask"]["text"] == "Bonjour"


async def test_explaining_nothing_is_refused(client: httpx2.AsyncClient):
    answer = await client.post("/models/routes/explain", json={})

    assert answer.status_code == 422
    assert answer.json()["field"] == "model"


async def test_a_draft_is_tried_on_what_was_asked(client: httpx2.AsyncClient, world: World):
    short = Ask(tokens=1_000)
    world.past = [
        PastAsk(3.0, "auto", "a:big", short, Decimal("0.002"), 1.5),
        PastAsk(2.0, "auto", "a:big", Ask(tokens=20_000), None, 2.0),
        PastAsk(1.0, "auto", "a:big", Ask(tokens=1_000, has_audio=True), Decimal("0.9"), None),
    ]

    found = await post(
        client, "routes/dry-run", yaml="name: new\nrules: [{objective: cheapest, needs: {}}]"
    )

    assert [item["would_answer"] for item in found["items"]] == ["a:small", "a:big", None]
    assert [item["is_changed"] for item in found["items"]] == [True, False, True]
    assert (found["changed"], found["refused"], found["compared"]) == (2, 1, 1)
    assert Decimal(found["cost_usd"]) == Decimal("0.002")
    assert Decimal(found["would_cost_usd"]) == Decimal("0.00015")
    assert "It can't hear." in found["items"][2]["reason"]


async def test_a_dry_run_over_nothing_is_empty(client: httpx2.AsyncClient):
    found = await post(client, "routes/dry-run", yaml=MINE)

    assert (found["items"], found["compared"]) == ([], 0)


async def test_models_are_recommended_for_a_task_with_the_words_that_led_there(
    client: httpx2.AsyncClient,
):
    found = await post(client, "recommend", task="Read screenshots of invoices")

    assert [one["name"] for one in found["models"]] == ["a:big"]
    assert found["wants"] == [{"word": "screenshots", "meaning": "it has to see images"}]
    passed = {one["name"]: one["reason"] for one in found["passed_over"]}
    assert passed["a:small"] == "It can't see images."
    assert "No model has tried the task" in found["note"]


@pytest.mark.parametrize(
    ("task", "first"),
    [
        ("Answer customers' questions", "a:big"),
        ("Sort millions of tickets as cheaply as you can", "o:own"),
        ("Complete what people type, in real time", "a:quick"),
        ("Summarise confidential minutes", "o:own"),
    ],
)
async def test_what_counts_most_in_the_task_counts_most(
    client: httpx2.AsyncClient, world: World, task: str, first: str
):
    seen = Health(first_token_seconds=0.1, tokens_per_second=900)
    world.models += [
        candidate("a:quick", usd="1.5", quality=0.4, health=seen),
        candidate("o:own", is_local=True, quality=0.1),
    ]
    world.models[0].health.first_token_seconds = 3
    world.models[1].health.first_token_seconds = 3

    found = await post(client, "recommend", task=task)

    assert found["models"][0]["name"] == first


async def test_a_task_for_another_kind_of_model_finds_that_kind(
    client: httpx2.AsyncClient, world: World
):
    world.models.append(candidate("a:embed", kind="embedding", usd="0.01"))

    found = await post(client, "recommend", task="Semantic search over our handbook")

    assert [one["name"] for one in found["models"]] == ["a:embed"]
