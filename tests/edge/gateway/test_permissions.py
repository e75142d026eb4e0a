"""What a key may not do is refused in each dialect's own words, before anything is asked."""

from typing import Any

import anthropic
import openai
import pytest

from cadre.trust.access import SYSTEM, Subject
from cadre.trust.keys import KeyRequest
from tests.edge.openai_api.gateway import Gateway
from tests.engine.models.wires.aimock import Aimock

GPT = "openai:gpt-4.1-mini"
ASK: list[Any] = [{"role": "user", "content": "How are you?"}]


async def key(gateway: Gateway, **wanted: Any) -> str:
    async with gateway.database.begin(gateway.scope) as work:
        owner = await gateway.book.owner(work, gateway.key_id)
        request = KeyRequest.model_validate({"name": "narrow", **wanted})
        made = await gateway.book.create(work, SYSTEM, Subject("user", owner.id), request)
    return made.key


async def test_a_key_without_the_permission_asks_no_model(gateway: Gateway):
    narrow = await key(gateway, grants=[{"permission": "runs:read"}])

    async with gateway.openai(api_key=narrow) as client:
        with pytest.raises(openai.PermissionDeniedError) as by_openai:
            await client.chat.completions.create(model=GPT, messages=ASK)
    async with gateway.anthropic(api_key=narrow) as client:
        with pytest.raises(anthropic.PermissionDeniedError):
            await client.messages.create(model=GPT, messages=ASK, max_tokens=9)
    async with gateway.plain(**{"Authorization": "", "x-goog-api-key": narrow}) as client:
        by_gemini = await client.get("/v1beta/models")

    assert by_openai.value.code == "key_forbidden"
    assert (by_gemini.status_code, by_gemini.json()["error"]["status"]) == (
        403,
        "PERMISSION_DENIED",
    )


async def test_a_key_asks_the_models_that_it_names_and_no_other(gateway: Gateway, aimock: Aimock):
    await aimock.say({"match": {}, "response": {"content": "Fine."}})
    narrow = await key(gateway, models=["openai:gpt-4.1*"])

    async with gateway.openai(api_key=narrow) as client:
        said = await client.chat.completions.create(model=GPT, messages=ASK)
        for other in ("anthropic:claude-haiku-4-5", "auto", f"{GPT},anthropic:claude-haiku-4-5"):
            with pytest.raises(openai.PermissionDeniedError) as refused:
                await client.chat.completions.create(model=other, messages=ASK)
            assert refused.value.code == "model_forbidden"
        with pytest.raises(openai.PermissionDeniedError):
            await client.embeddings.create(model="openai:text-embedding-3-small", input="x")

    assert said.choices[0].message.content == "Fine."


async def test_a_key_runs_the_agents_that_it_names_and_no_other(gateway: Gateway):
    for name in ("mine", "other"):
        await gateway.make_agent(name, GPT)
    grants = [{"permission": "models:use"}, {"permission": "agents:run", "resource": "agent:mine"}]
    narrow = await key(gateway, grants=grants)

    async with gateway.openai(api_key=narrow) as client:
        with pytest.raises(openai.PermissionDeniedError):
            await client.chat.completions.create(model="agent:other", messages=ASK)

    assert (await gateway.runs.list(gateway.scope)).items == []


async def test_a_key_that_asks_too_often_is_told_to_wait(gateway: Gateway):
    slow = await key(gateway, rate_per_minute=2)

    async with gateway.plain(Authorization=f"Bearer {slow}") as client:
        answers = [await client.get("/v1/models") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["error"]["code"] == "key_rate_reached"
