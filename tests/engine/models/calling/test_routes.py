"""Health over HTTP: what a status page asks for."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

import httpx2
import pytest
from fastapi import FastAPI

from cadre.engine.models.calling import (
    AnswerCache,
    AttemptOutcome,
    Breakers,
    CacheRule,
    Health,
    HealthJobs,
    HealthReports,
    Probe,
    Prober,
    Target,
)
from cadre.engine.models.calling.routes import router
from cadre.engine.models.errors import UnknownModel
from cadre.infra.database import Database, Work
from cadre.infra.web import current_scope, install_problems
from cadre.kernel.messages import (
    AssistantMessage,
    Delta,
    ModelReply,
    ModelRequest,
    ReplyDone,
    Usage,
)
from cadre.kernel.scope import Scope
from tests.granted import granted

NAME = "openrouter:meta/llama-3.3:free"


async def every() -> Sequence[Probe]:
    return []


async def named(work: Work, name: str) -> Probe:
    async def send() -> Usage:
        return Usage(output_tokens=1, cost_usd=Decimal("0.00001"))

    if name != NAME:
        raise UnknownModel(f"There is no model `{name}`.")
    return Probe(Target(work.scope.org, name), send, Decimal("0.0001"))


async def configured(_work: Work) -> Sequence[str]:
    return [NAME]


async def known_answers(scope: Scope) -> AnswerCache:
    """One answer that cost two cents, given again once."""
    cache, rule = AnswerCache(), CacheRule(ttl_seconds=60)
    key = cache.key(scope, ModelRequest(model=NAME, messages=[], temperature=0), rule)
    assert key is not None
    assert cache.find(key, rule) is None
    reply = ModelReply(
        message=AssistantMessage(text="hi"),
        usage=Usage(cost_usd=Decimal("0.02")),
        stop="end",
        model=NAME,
    )

    async def said() -> AsyncIterator[Delta]:
        yield ReplyDone(reply=reply)

    async for _ in cache.kept(key, rule, said()):
        pass
    assert cache.find(key, rule) is not None
    return cache


@pytest.fixture
async def client(database: Database, scope: Scope) -> AsyncIterator[httpx2.AsyncClient]:
    breakers = Breakers()
    health = Health(breakers)
    prober = Prober(database, health, breakers, scope, every=every, named=named)
    health.record(
        AttemptOutcome(
            Target(scope.org, NAME), "complete", 0.0, 0.4, 1.0, None, None, is_estimate=False
        )
    )
    await HealthJobs(database, health, scope, prober).save()
    app = FastAPI()
    app.state.services = {
        AnswerCache: await known_answers(scope),
        Database: database,
        HealthReports: HealthReports(health, configured),
        Prober: prober,
    }
    app.include_router(router)
    app.dependency_overrides[current_scope] = lambda: scope
    install_problems(app)
    transport = httpx2.ASGITransport(granted(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_the_overview_tells_how_every_provider_does(client: httpx2.AsyncClient):
    answer = await client.get("/models/health")

    (provider,) = answer.json()["providers"]
    assert (provider["name"], provider["state"]) == ("openrouter", "ok")
    (model,) = provider["models"]
    assert model["name"] == NAME
    assert model["now"]["sentence"] == "1 of 1 calls in the last ten minutes succeeded."
    assert len(model["day"]) == 1


@pytest.mark.parametrize(("period", "step"), [("day", 900), ("week", 7200), ("month", 28800)])
async def test_the_history_of_a_name_with_slashes_and_colons(
    client: httpx2.AsyncClient, period: str, step: int
):
    answer = await client.get(f"/models/health/{NAME}/history", params={"period": period})

    assert answer.json()["step_seconds"] == step
    assert [bucket["calls"] for bucket in answer.json()["buckets"]] == [1]


async def test_an_unknown_period_is_refused(client: httpx2.AsyncClient):
    answer = await client.get(f"/models/health/{NAME}/history", params={"period": "century"})

    assert answer.status_code == 422


async def test_a_probe_is_sent_and_told(client: httpx2.AsyncClient):
    answer = await client.post(f"/models/health/{NAME}/probe")

    assert answer.json()["ok"] is True
    assert answer.json()["cost_usd"] == "0.00001"
    overview = await client.get("/models/health")
    assert overview.json()["providers"][0]["models"][0]["now"]["probes"] == 1


async def test_a_model_that_does_not_exist_can_not_be_probed(client: httpx2.AsyncClient):
    answer = await client.post("/models/health/nobody:x/probe")

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_model"


async def test_the_cache_tells_what_it_saved_and_can_be_emptied(client: httpx2.AsyncClient):
    before = (await client.get("/models/cache")).json()
    assert (await client.delete("/models/cache")).status_code == 204
    after = (await client.get("/models/cache")).json()

    assert (before["hits"], before["misses"], before["hit_rate"]) == (1, 1, 0.5)
    assert (before["entries"], before["saved_usd"]) == (1, "0.02")
    assert (after["entries"], after["bytes"], after["saved_usd"]) == (0, 0, "0.02")
