"""The catalog over HTTP: listing, filters, own cards, names with slashes and colons."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request

from cadre.engine.models.catalog import Catalog
from cadre.engine.models.catalog.routes import router
from cadre.infra.database import Database
from cadre.infra.web import current_scope, install_problems
from cadre.kernel.scope import Scope
from tests.engine.models.catalog.conftest import TODAY
from tests.granted import granted

OTHER = {"x-org": "other"}


@pytest.fixture
async def client(
    database: Database, scope: Scope, other_scope: Scope
) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.state.services = {Database: database, Catalog: Catalog(today=lambda: TODAY)}
    install_problems(app)

    def scope_of(request: Request) -> Scope:
        return other_scope if request.headers.get("x-org") == "other" else scope

    app.dependency_overrides[current_scope] = scope_of
    app.include_router(router)
    transport = httpx2.ASGITransport(granted(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


async def listed(client: httpx2.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/models/catalog", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_cards_are_filtered_by_every_field(client: httpx2.AsyncClient):
    everything = await listed(client)
    speech = await listed(client, provider="openai", kind="speech")
    search = await listed(client, capability="search", status="current")
    words = await listed(client, q="Claude haiku")

    assert len(everything) > 140
    assert speech == ["openai:tts-1", "openai:tts-1-hd", "openai:gpt-4o-mini-tts"]
    assert "google:gemini-4-argon" in search
    assert "perplexity:sonar" not in search
    assert [name.split("-")[1] for name in words] == ["haiku", "haiku", "3"]


async def test_an_unknown_filter_is_refused(client: httpx2.AsyncClient):
    wrong = await client.get("/models/catalog", params={"capability": "flying"})
    unknown = await client.get("/models/catalog", params={"colour": "red"})

    assert (wrong.status_code, wrong.json()["field"]) == (422, "capability")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "colour")


async def test_a_card_is_shown_by_any_of_its_names_with_its_price_as_text(
    client: httpx2.AsyncClient,
):
    answer = await client.get("/models/catalog/groq:openai/gpt-oss-20b")
    alias = await client.get("/models/catalog/claude-opus-4-5")
    nobody = await client.get("/models/catalog/nobody")

    assert answer.json()["card"]["price"]["input"] == "0.075"
    assert alias.json()["name"] == "anthropic:claude-opus-4-5-20251101"
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_model")


async def test_an_own_card_is_put_hidden_shown_and_forgotten(client: httpx2.AsyncClient):
    url = "/models/catalog/ollama:llama3.2:3b"

    put = await client.put(url, json={"title": "Small", "price": {"input": 0, "output": "0"}})
    hidden = await client.post(f"{url}/hide", json={})
    without = await listed(client, provider="ollama")
    with_hidden = await listed(client, provider="ollama", hidden=True)
    other = await client.get("/models/catalog?provider=ollama", headers=OTHER)
    shown = await client.post(f"{url}/hide", json={"hidden": False})
    deleted = await client.delete(url)
    again = await client.delete(url)

    assert put.json()["card"]["source"] == "org"
    assert (hidden.json()["hidden"], shown.json()["hidden"]) == (True, False)
    assert (without, with_hidden) == ([], ["ollama:llama3.2:3b"])
    assert other.json()["items"] == []
    assert shown.json()["card"]["title"] == "Small"
    assert deleted.status_code == 204
    assert (again.status_code, again.json()["code"]) == (404, "no_own_card")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"price": {"input": -1}}, "price.input"),
        ({"capabilities": ["flying"]}, "capabilities.0"),
        ({"context_tokens": 0}, "context_tokens"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_bad_card_says_which_field_is_wrong(
    client: httpx2.AsyncClient, body: dict[str, Any], field: str
):
    answer = await client.put("/models/catalog/own:x", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_matrix_check_and_refresh_answer(client: httpx2.AsyncClient):
    made = (await client.get("/models/catalog/matrix")).json()
    ever = (await client.get("/models/catalog/matrix?retired=true")).json()
    check = (await client.get("/models/check")).json()
    names = {"models": ["groq:llama-3.1-405b-reasoning"]}
    refreshed = await client.post("/models/catalog/refresh", json=names)
    after = (await client.get("/models/check")).json()

    assert 0 < made["models"] < ever["models"]
    assert check["differences"][0].keys() == {"model", "unit", "ours", "theirs", "since"}
    assert refreshed.json()["items"][0]["card"]["price"]["output"] == "0.79"
    assert len(after["differences"]) == len(check["differences"]) - 2
