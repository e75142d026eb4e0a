"""A server whose model says what the test scripts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.doors.server import Server
from tests.engine.models.scripted_server import ScriptedServer


@pytest.fixture
async def model() -> AsyncIterator[ScriptedServer]:
    """The model server; `model.say(Reply(...))` scripts it."""
    async with ScriptedServer() as model:
        yield model


@pytest.fixture
async def scripted(tmp_path: Path, model: ScriptedServer) -> AsyncIterator[Server]:
    """A running server that asks `model`."""
    provider = {"OPENAI_API_KEY": "sk-test-0123456789", "OPENAI_BASE_URL": model.base_url}
    server = Server(tmp_path / "home", provider)
    await server.start()
    yield server
    if server.is_running:
        await server.stop()


async def ask(
    client: httpx2.AsyncClient, text: str, conversation: str | None = None
) -> dict[str, Any]:
    """Post `text` to a conversation, a new one by default; returns the run."""
    if conversation is None:
        made = await client.post("/api/v1/conversations", json={})
        assert made.status_code == 201, made.text
        conversation = made.json()["id"]
    answer = await client.post(
        f"/api/v1/conversations/{conversation}/messages", json={"text": text}
    )
    assert answer.status_code == 202, answer.text
    return answer.json()
