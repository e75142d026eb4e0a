"""Three unmodified clients, chat and agents at once, while providers fail; then the money is counted.

What is paid has to be what the upstreams themselves say they served, to the last fraction of a cent.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic
from google.genai import Client
from google.genai.types import HttpOptions
from openai import AsyncOpenAI

from tests.doors.scripted import ask
from tests.doors.server import Server, is_over, until
from tests.doors.test_gateway import key_of, spent
from tests.engine.models.wires.aimock import Aimock, aimock, aimock_process

__all__ = ["aimock", "aimock_process"]

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")

TOKENS = {"prompt_tokens": 700, "completion_tokens": 30, "total_tokens": 730}
# USD per million: what a call through each provider costs shows which one answered it.
PRICES = {
    "shaky": {"input": "1", "output": "2"},
    "steady": {"input": "10", "output": "30"},
    "claude": {"input": "3", "output": "15"},
    "gem": {"input": "5", "output": "7"},
}
ROUTE = """name: ours
rules:
  - when: request.text.contains("claude")
    targets: ["shaky:m", "claude:m"]
  - when: request.text.contains("gemini")
    targets: ["shaky:m", "gem:m"]
  - targets: ["dead:m", "shaky:m", "steady:m"]
"""
EACH = 10
WORDS = ("hello", "hello claude", "hello gemini")
Ask = Callable[[str], Awaitable[str]]


@pytest.fixture
async def shaky() -> AsyncIterator[Aimock]:
    """An upstream that fails half of the time, in two ways."""
    async with Aimock() as running:
        await running.say(_fixture())
        await running.fail(dropRate=0.3, rateLimitRate=0.3)
        yield running


def _fixture() -> dict[str, Any]:
    return {"match": {"userMessage": "hello"}, "response": {"content": "Hi!", "usage": TOKENS}}


async def set_up(client: httpx2.AsyncClient, shaky: Aimock, aimock: Aimock) -> None:
    providers: dict[str, dict[str, Any]] = {
        "dead": {"base_url": "http://127.0.0.1:9/v1", "models": ["m"]},
        "shaky": {"base_url": f"{shaky.url}/v1", "key": "sk-shaky"},
        "steady": {"base_url": f"{aimock.url}/v1", "key": "sk-steady"},
        "claude": {"kind": "anthropic", "base_url": aimock.url, "key": "sk-claude"},
        "gem": {"kind": "google", "base_url": aimock.url, "key": "sk-gem"},
    }
    for name, given in providers.items():
        prices = {"m": PRICES[name]} if name in PRICES else {}
        body = {**given, "models": ["m"], "prices": prices}
        (await client.put(f"/api/v1/providers/{name}", json=body)).raise_for_status()
    (await client.put("/api/v1/models/routes/ours", json={"yaml": ROUTE})).raise_for_status()
    (await client.put("/api/v1/models/default", json={"name": "ours"})).raise_for_status()


def by_openai(client: AsyncOpenAI) -> list[Ask]:
    async def whole(text: str) -> str:
        said: list[Any] = [{"role": "user", "content": text}]
        answer = await client.chat.completions.create(model="ours", messages=said)
        return answer.choices[0].message.content or ""

    async def stream(text: str) -> str:
        said: list[Any] = [{"role": "user", "content": text}]
        chunks = await client.chat.completions.create(model="ours", messages=said, stream=True)
        return "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])

    return [whole, stream]


def by_anthropic(client: AsyncAnthropic) -> list[Ask]:
    async def whole(text: str) -> str:
        said: list[Any] = [{"role": "user", "content": text}]
        answer = await client.messages.create(model="ours", messages=said, max_tokens=99)
        return "".join(block.text for block in answer.content if block.type == "text")

    async def stream(text: str) -> str:
        said: list[Any] = [{"role": "user", "content": text}]
        async with client.messages.stream(model="ours", messages=said, max_tokens=99) as events:
            return await events.get_final_text()

    return [whole, stream]


def by_google(client: Any) -> list[Ask]:
    async def whole(text: str) -> str:
        return (await client.models.generate_content(model="ours", contents=text)).text

    async def stream(text: str) -> str:
        chunks = await client.models.generate_content_stream(model="ours", contents=text)
        return "".join([chunk.text or "" async for chunk in chunks])

    return [whole, stream]


async def served(aimock: Aimock) -> Counter[str]:
    """How many answers each wire of an upstream gave, by its own journal."""
    wires = {"/v1/chat/completions": "openai", "/v1/messages": "claude"}
    return Counter(
        wires.get(entry["path"].split("?")[0], "gem")
        for entry in await aimock.journal()
        if entry["response"]["status"] == 200
    )


def owed(counts: dict[str, int]) -> Decimal:
    total = Decimal(0)
    for provider, calls in counts.items():
        price = PRICES[provider]
        each = 700 * Decimal(price["input"]) + 30 * Decimal(price["output"])
        total += calls * each / 1_000_000
    return total


async def test_the_money_is_what_the_upstreams_served_while_they_fail_under_load(
    server: Server, shaky: Aimock, aimock: Aimock
):
    await aimock.say(_fixture())
    key = await key_of(server)
    async with (
        server.signed_in() as page,
        AsyncOpenAI(api_key=key, base_url=f"{server.url}/v1", max_retries=0) as openai,
        AsyncAnthropic(api_key=key, base_url=server.url, max_retries=0) as claude,
        Client(api_key=key, http_options=HttpOptions(base_url=server.url)).aio as google,
    ):
        await set_up(page, shaky, aimock)
        askers = [*by_openai(openai), *by_anthropic(claude), *by_google(google)]
        texts = [asked(text) for asked in askers for text in WORDS * EACH]
        chats = [ask(page, text) for text in WORDS * 3]
        answers, runs = await asyncio.gather(asyncio.gather(*texts), asyncio.gather(*chats))
        ended = [await until(page, run["id"], is_over) for run in runs]
        totals = await spent(page, len(texts) + len(runs))
        parts = (await page.get("/api/v1/usage/breakdown?since=7d&by=provider")).json()["items"]

    first, other = await served(shaky), await served(aimock)
    counts = {
        "shaky": first.total(),
        "steady": other["openai"],
        "claude": other["claude"],
        "gem": other["gem"],
    }
    assert set(answers) == {"Hi!"}
    assert [run["output"]["text"] for run in ended] == ["Hi!"] * len(runs)
    assert totals["calls"] == len(texts) + len(runs) == sum(counts.values())
    assert all(counts.values()), counts
    assert Decimal(totals["cost_usd"]) == owed(counts)
    assert {one["name"]: Decimal(one["cost_usd"]) for one in parts} == {
        name: owed({name: calls}) for name, calls in counts.items()
    }
