"""The whole way: providers entered over the API, unmodified clients, a failing provider, the money."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.doors.scripted import ask
from tests.doors.server import Server, is_over, until
from tests.engine.models.wires.aimock import Aimock, aimock, aimock_process

__all__ = ["aimock", "aimock_process"]

PRICE = {"input": "10", "output": "30"}
ROUTE = """name: ours
rules:
  - objective: first
    targets: [broken:m, steady:m, claude:m]
"""


async def key_of(server: Server) -> str:
    code, out, error = await server.cadre("keys", "create", "--name", "sdk", "--json")
    assert code == 0, error
    return json.loads(out)["key"]


async def set_up(client: httpx2.AsyncClient, aimock: Aimock) -> None:
    """Two providers that answer and one that nobody is behind."""
    providers = {
        "broken": {"base_url": "http://127.0.0.1:9/v1"},
        "steady": {"base_url": f"{aimock.url}/v1", "key": "sk-steady"},
        "claude": {"kind": "anthropic", "base_url": aimock.url, "key": "sk-claude"},
    }
    for name, given in providers.items():
        body = {**given, "models": ["m"], "prices": {"m": PRICE}}
        (await client.put(f"/api/v1/providers/{name}", json=body)).raise_for_status()
    (await client.put("/api/v1/models/routes/ours", json={"yaml": ROUTE})).raise_for_status()
    (await client.put("/api/v1/models/default", json={"name": "ours"})).raise_for_status()


async def spent(client: httpx2.AsyncClient, calls: int) -> dict[str, Any]:
    """The totals of usage, once so many calls are written down."""
    async with asyncio.timeout(20):
        while True:
            summary = (await client.get("/api/v1/usage/summary?since=7d")).json()
            if summary["totals"]["calls"] >= calls:
                return summary["totals"]
            await asyncio.sleep(0.05)


@pytest.fixture
async def running(server: Server, aimock: Aimock) -> AsyncIterator[httpx2.AsyncClient]:
    await aimock.say({"match": {"userMessage": "hello"}, "response": {"content": "Hello there!"}})
    async with server.signed_in() as client:
        await set_up(client, aimock)
        yield client


async def test_chat_and_unmodified_clients_go_through_a_route_while_a_provider_fails(
    server: Server, running: httpx2.AsyncClient
):
    key = await key_of(server)
    openai = AsyncOpenAI(api_key=key, base_url=f"{server.url}/v1", max_retries=0)
    claude = AsyncAnthropic(api_key=key, base_url=server.url, max_retries=0)
    said: list[Any] = [{"role": "user", "content": "hello"}]

    async with openai, claude:
        by_openai = await asyncio.gather(
            *(openai.chat.completions.create(model="ours", messages=said) for _ in range(20))
        )
        by_anthropic = await asyncio.gather(
            *(claude.messages.create(model="ours", messages=said, max_tokens=50) for _ in range(20))
        )
    run = await until(running, (await ask(running, "hello"))["id"], is_over)
    totals = await spent(running, 41)

    assert {one.choices[0].message.content for one in by_openai} == {"Hello there!"}
    assert {one.content[0].text for one in by_anthropic if one.content[0].type == "text"} == {
        "Hello there!"
    }
    assert run["output"]["text"] == "Hello there!"
    counted_in = sum(one.usage.prompt_tokens for one in by_openai if one.usage)
    counted_in += sum(one.usage.input_tokens for one in by_anthropic) + run["input_tokens"]
    counted_out = sum(one.usage.completion_tokens for one in by_openai if one.usage)
    counted_out += sum(one.usage.output_tokens for one in by_anthropic) + run["output_tokens"]
    assert (totals["input_tokens"], totals["output_tokens"]) == (counted_in, counted_out)
    owed = (counted_in * Decimal(10) + counted_out * Decimal(30)) / 1_000_000
    assert Decimal(totals["cost_usd"]) == owed
    assert totals["calls"] == 41


async def test_a_hard_budget_ends_the_spending_of_a_key(
    server: Server, running: httpx2.AsyncClient
):
    key = await key_of(server)
    limit = {
        "subject_kind": "key",
        "subject": "*",
        "period": "day",
        "limit_usd": "0.000001",
        "mode": "hard",
    }
    (await running.post("/api/v1/budgets", json=limit)).raise_for_status()

    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        answer = await client.post(
            "/v1/chat/completions",
            headers={"Authorization": f"Bearer {key}"},
            json={"model": "steady:m", "messages": [{"role": "user", "content": "hello"}]},
        )

    assert answer.status_code == 429, answer.text
    assert answer.json()["error"]["code"] == "budget_exceeded"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("models", "list", "--provider", "groq"), "groq:"),
        (("models", "show", "claude-opus-4-0"), "anthropic:"),
        (("usage", "--since", "7d"), "o "),
        (("budgets", "list"), "o budgets"),
    ],
)
async def test_models_and_money_by_the_command_line(
    server: Server, arguments: tuple[str, ...], said: str, tmp_path: Path
):
    code, out, error = await server.cadre(*arguments, cwd=tmp_path)
    as_json, json_out, _ = await server.cadre(*arguments, "--json", cwd=tmp_path)

    assert code == 0, error
    assert said in out + error
    assert as_json == 0
    json.loads(json_out)
