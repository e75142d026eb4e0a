"""Runs over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from cadre.engine.runs import ActiveRun, Runs, RunSpec
from cadre.engine.runs.routes import retention_router, router
from cadre.infra.web import install_problems, set_scope
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines
from tests.granted import granted

App = Callable[[Any, Any, Any], Awaitable[None]]


async def waits(run: ActiveRun) -> Json:
    signal = await run.wait("go", key="go", reason="Go must come")
    return signal and signal.data


def _as(scope: Scope, app: App) -> App:
    async def signed_in(asgi_scope: Any, receive: Any, send: Any) -> None:
        set_scope(asgi_scope, scope)
        await app(asgi_scope, receive, send)

    return signed_in


@pytest.fixture
async def runs(engines: Engines) -> Runs:
    return await engines.start({"waits": waits})


@pytest.fixture
async def client(runs: Runs, scope: Scope) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.state.services = {Runs: runs}
    app.include_router(router)
    app.include_router(retention_router)
    install_problems(app)
    transport = httpx2.ASGITransport(granted(_as(scope, app)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_run_is_listed_read_cancelled_and_replayed(
    client: httpx2.AsyncClient, runs: Runs, engines: Engines, scope: Scope
):
    run = await runs.start(scope, RunSpec("waits", {"d": 1}, {"i": 1}, title="One"))
    await engines.until(scope, run.id, "waiting")

    listed = (await client.get("/runs", params={"status": "waiting,running", "q": "one"})).json()
    whole = (await client.get(f"/runs/{run.id}")).json()
    events = (await client.get(f"/runs/{run.id}/events", params={"limit": 1})).json()
    more = (await client.get(f"/runs/{run.id}/events", params={"after": events["next"]})).json()
    cancelled = await client.post(f"/runs/{run.id}/cancel", json={"reason": "Enough"})
    await engines.until(scope, run.id, "cancelled")
    replayed = await client.post(f"/runs/{run.id}/replay")
    forked = await client.post(f"/runs/{run.id}/fork", json={"at_seq": 1, "input": {"i": 2}})

    assert [item["id"] for item in listed["items"]] == [run.id]
    assert (whole["input"], whole["waiting_for"], whole["cost_usd"]) == (
        {"i": 1},
        "Go must come",
        "0",
    )
    assert [event["type"] for event in events["items"]] == ["run.started"]
    assert [event["seq"] for event in more["items"]] == [1]
    assert (cancelled.status_code, replayed.status_code, forked.status_code) == (202, 201, 201)
    assert forked.json()["origin"] == {"type": "fork", "run_id": run.id, "seq": 1}


async def test_what_is_wrong_is_said_as_a_problem(
    client: httpx2.AsyncClient, runs: Runs, scope: Scope
):
    run = await runs.start(scope, RunSpec("waits", {}, None))

    missing = await client.get("/runs/run_nowhere")
    status = await client.get("/runs", params={"status": "asleep"})
    resolve = await client.post(f"/runs/{run.id}/resolve", json={"key": "k", "outcome": "abandon"})

    assert (missing.status_code, missing.json()["code"]) == (404, "run_not_found")
    assert status.status_code == 422
    assert (resolve.status_code, resolve.json()["code"]) == (409, "run_conflict")


async def test_retention_is_read_and_set(client: httpx2.AsyncClient):
    before = (await client.get("/retention/runs")).json()
    after = (await client.put("/retention/runs", json={"kind": "agent", "days": 7})).json()

    assert before["items"] == [{"kind": "*", "days": 90}]
    assert after["items"] == [{"kind": "*", "days": 90}, {"kind": "agent", "days": 7}]
