"""The whole way with Google's client: a route whose first provider is dead, agents, the money."""

import asyncio
from typing import Any

import httpx2
import pytest
from google.genai import Client, errors
from google.genai.types import HttpOptions

from tests.doors.server import Server
from tests.doors.test_gateway import aimock, aimock_process, key_of, running, spent

__all__ = ["aimock", "aimock_process", "running"]

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")


def google(server: Server, key: str) -> Any:
    """Google's official client; a type checker can't follow its types."""
    return Client(api_key=key, http_options=HttpOptions(base_url=server.url))


async def test_googles_client_goes_through_a_route_while_a_provider_is_dead(
    server: Server, running: httpx2.AsyncClient
):
    key = await key_of(server)

    async with google(server, key).aio as client:
        whole = await asyncio.gather(
            *(client.models.generate_content(model="ours", contents="hello") for _ in range(10))
        )
        stream = await client.models.generate_content_stream(model="ours", contents="hello")
        pieces = [piece async for piece in stream]
    totals = await spent(running, 11)

    assert {one.text for one in whole} == {"Hello there!"}
    assert "".join(piece.text or "" for piece in pieces) == "Hello there!"
    told = [*(one.usage_metadata for one in whole), pieces[-1].usage_metadata]
    assert totals["input_tokens"] == sum(one.prompt_token_count for one in told)
    assert totals["output_tokens"] == sum(one.candidates_token_count for one in told)
    assert totals["calls"] == 11


async def test_a_blocking_client_lists_models_and_asks_an_agent(
    server: Server, running: httpx2.AsyncClient
):
    key = await key_of(server)

    def asked() -> tuple[list[str], str]:
        with google(server, key) as client:
            names = [model.name for model in client.models.list()]
            answer = client.models.generate_content(model="agent:assistant", contents="hello")
            return names, answer.text

    names, text = await asyncio.to_thread(asked)

    assert {"models/ours", "models/agent:assistant"} <= {*names}
    assert text == "Hello there!"
    assert (await running.get("/api/v1/runs")).json()["items"]


async def test_errors_are_googles_own(server: Server, running: httpx2.AsyncClient):
    key = await key_of(server)
    limit = {
        "subject_kind": "key",
        "subject": "*",
        "period": "day",
        "limit_usd": "0.000001",
        "mode": "hard",
    }
    (await running.post("/api/v1/budgets", json=limit)).raise_for_status()
    found: list[tuple[int, str]] = []

    for given, model in (("nonsense", "ours"), (key, "oars"), (key, "steady:m")):
        async with google(server, given).aio as client:
            with pytest.raises(errors.ClientError) as caught:
                await client.models.generate_content(model=model, contents="hello")
        found.append((caught.value.code, str(caught.value.status)))

    assert found == [(401, "UNAUTHENTICATED"), (404, "NOT_FOUND"), (429, "RESOURCE_EXHAUSTED")]
