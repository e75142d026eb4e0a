"""Every error leaves as problem details that name the field and the remedy."""

from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from cadre.infra.database import Database
from cadre.infra.web import (
    CurrentScope,
    IdempotencyKey,
    Paging,
    ProblemMasks,
    Reading,
    Writing,
    add_problems,
    current_scope,
    document,
    download,
    install_problems,
)
from cadre.kernel.errors import Conflict, LimitReached, NotFound
from cadre.kernel.scope import Scope


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    amount: int


class TooManyOrders(LimitReached):
    code = "too_many_orders"
    retry_after_seconds = 7


def make_app(database: Database, folder: Path) -> FastAPI:
    app = FastAPI()
    app.state.services = {Database: database}
    install_problems(app)
    document(app, add_problems)

    @app.post("/orders")
    async def create(order: Order, key: IdempotencyKey = None) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        if order.name == "again":
            raise Conflict("There is one already.", field="name")
        if order.name == "limit":
            raise TooManyOrders("Wait a little.")
        return {"name": order.name, "key": key}

    @app.get("/orders")
    async def find(paging: Paging, scope: CurrentScope) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        return {"limit": paging.limit, "org": scope.org}

    @app.put("/orders/{name}")
    async def write(name: str, work: Writing) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        await work.connection.execute(text("insert into notes values (:name)"), {"name": name})
        if name == "bad":
            raise NotFound("No such order.")
        return {}

    @app.get("/count")
    async def count(work: Reading) -> int:  # pyright: ignore[reportUnusedFunction]
        return (await work.connection.execute(text("select count(*) from notes"))).scalar_one()

    @app.get("/files/{name}")
    async def file(name: str, media_type: str, inline: bool = False) -> Any:  # pyright: ignore[reportUnusedFunction]
        return download(folder / name, name=name, media_type=media_type, inline=inline)

    return app


@pytest.fixture
async def app(sqlite_database: Database, scope: Scope, tmp_path: Path) -> FastAPI:
    app = make_app(sqlite_database, tmp_path)
    app.dependency_overrides[current_scope] = lambda: scope
    async with sqlite_database.begin(scope) as work:
        await work.connection.execute(text("create table notes (name text)"))
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_missing_field_is_named_with_the_remedy(client: httpx2.AsyncClient):
    answer = await client.post("/orders", json={"amount": 1})

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["field"] == "name"
    assert problem["detail"] == "`name` is missing: add it to the JSON body."
    assert problem["status"] == 422
    assert problem["type"] == "urn:cadre:problem:invalid"


async def test_every_fault_is_listed_and_no_input_is_quoted(client: httpx2.AsyncClient):
    answer = await client.post("/orders", json={"name": "", "amount": "hunter2", "nmae": 1})

    problem = answer.json()
    assert [fault["field"] for fault in problem["errors"]] == ["name", "amount", "nmae"]
    assert "hunter2" not in answer.text


async def test_malformed_json_is_a_problem(client: httpx2.AsyncClient):
    answer = await client.post(
        "/orders", content=b'{"name": ', headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_json"


@pytest.mark.parametrize("limit", ["0", "201", "many"])
async def test_a_page_size_out_of_bounds_is_refused(client: httpx2.AsyncClient, limit: str):
    answer = await client.get("/orders", params={"limit": limit})

    assert answer.status_code == 422
    assert answer.json()["field"] == "limit"


@pytest.mark.parametrize("key", ["", "x" * 201, "a b"])
async def test_a_bad_idempotency_key_is_refused(client: httpx2.AsyncClient, key: str):
    answer = await client.post(
        "/orders", json={"name": "a", "amount": 1}, headers={"Idempotency-Key": key}
    )

    assert answer.status_code == 422
    assert answer.json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("name", "status", "code"), [("again", 409, "conflict"), ("limit", 429, "too_many_orders")]
)
async def test_a_kernel_error_keeps_its_code(
    client: httpx2.AsyncClient, name: str, status: int, code: str
):
    answer = await client.post("/orders", json={"name": name, "amount": 1})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


async def test_unknown_routes_and_methods_are_problems(client: httpx2.AsyncClient):
    nowhere = await client.get("/nowhere")
    wrong = await client.delete("/orders")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_such_route")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"] or "POST" in wrong.headers["allow"]


async def test_nobody_without_a_scope_gets_through(app: FastAPI, client: httpx2.AsyncClient):
    app.dependency_overrides.clear()

    answer = await client.get("/orders")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_failed_request_writes_nothing(client: httpx2.AsyncClient):
    good = await client.put("/orders/good")
    bad = await client.put("/orders/bad")

    assert (good.status_code, bad.status_code) == (200, 404)
    assert (await client.get("/count")).json() == 1


async def test_the_description_speaks_of_problems(client: httpx2.AsyncClient):
    description = (await client.get("/openapi.json")).json()

    responses = description["paths"]["/orders"]["post"]["responses"]
    asked = description["paths"]["/orders"]["get"]["responses"]
    named = description["components"]["responses"]
    assert {"200", "400", "401", "403", "404", "409", "413", "422", "default"} <= set(responses)
    assert "409" not in asked
    assert named[responses["422"]["$ref"].rpartition("/")[2]]["content"].keys() == {
        "application/problem+json"
    }
    assert "HTTPValidationError" not in description["components"]["schemas"]
    assert "Fault" in description["components"]["schemas"]


async def test_only_harmless_files_are_shown_inline(client: httpx2.AsyncClient, tmp_path: Path):
    (tmp_path / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    async def get(media_type: str, inline: bool) -> httpx2.Response:
        return await client.get("/files/a.svg", params={"media_type": media_type, "inline": inline})

    page = await get("text/html", True)
    picture = await get("image/svg+xml", True)
    saved = await get("image/svg+xml", False)
    assert page.headers["content-disposition"].startswith("attachment")
    assert picture.headers["content-disposition"].startswith("inline")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in picture.headers["content-security-policy"]


class Hiding:
    """Masks one word for the org of the test."""

    def mask(self, asgi_scope: MutableMapping[str, Any], text: str) -> str:
        return text.replace("hidden-word", "[secret \u00e9]")


async def test_a_problem_is_masked_when_it_is_sent(app: FastAPI, client: httpx2.AsyncClient):
    body = {"name": "x", "amount": 1, "hidden-word": 1}
    before = await client.post("/orders", json=body)
    app.state.services[ProblemMasks] = Hiding()

    refused = await client.post("/orders", json=body)
    other = await client.post("/orders", json={"name": "again", "amount": 1})

    assert "hidden-word" in before.json()["detail"]
    assert "hidden-word" not in refused.text
    assert refused.json()["errors"][0]["field"] == "[secret \u00e9]"
    assert int(refused.headers["content-length"]) == len(refused.content)
    assert refused.headers["content-type"] == "application/problem+json"
    assert other.json()["detail"] == "There is one already."
