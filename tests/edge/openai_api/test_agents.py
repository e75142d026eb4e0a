"""Agents as models: a durable run behind an ordinary question, in both dialects."""

from asyncio import timeout
from typing import Any

import anthropic
import openai
import pytest

from cadre.engine.conversations import ConversationInput
from cadre.engine.runs import Run
from tests.edge.openai_api.gateway import Gateway
from tests.engine.models.wires.aimock import Aimock

GPT = "openai:gpt-4.1-mini"
AGENT = "agent:tester"
ASK: list[Any] = [{"role": "user", "content": "How are you?"}]
LIST: dict[str, Any] = {"name": "list_files", "arguments": {}, "id": "call_1"}
ROUNDS: tuple[dict[str, Any], ...] = (
    {"match": {"hasToolResult": False}, "response": {"content": "I look.", "toolCalls": [LIST]}},
    {"match": {"hasToolResult": True}, "response": {"content": "There is nothing in the folder."}},
)


async def _run(gateway: Gateway) -> Run:
    page = await gateway.runs.list(gateway.scope, agent="tester")
    return page.items[0]


@pytest.mark.parametrize("is_stream", [False, True])
async def test_an_agent_answers_a_chat(gateway: Gateway, aimock: Aimock, is_stream: bool):
    await gateway.make_agent("tester", GPT)
    await aimock.say(*ROUNDS)

    async with gateway.openai() as client:
        if is_stream:
            stream = await client.chat.completions.create(model=AGENT, messages=ASK, stream=True)
            chunks = [chunk async for chunk in stream]
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        else:
            answer = await client.chat.completions.create(model=AGENT, messages=ASK)
            text = answer.choices[0].message.content
            assert answer.usage is not None

    assert text == "I look.\n\nThere is nothing in the folder."
    assert (await _run(gateway)).status == "done"


async def test_an_agent_answers_a_response_and_a_message(gateway: Gateway, aimock: Aimock):
    await gateway.make_agent("tester", GPT)
    await aimock.say(*ROUNDS)

    async with gateway.openai() as client:
        response = await client.responses.create(model=AGENT, input="How are you?")
    async with (
        gateway.anthropic() as other,
        other.messages.stream(model=AGENT, messages=ASK, max_tokens=99) as stream,
    ):
        texts = [text async for text in stream.text_stream]

    assert response.output_text == "".join(texts) == "I look.\n\nThere is nothing in the folder."


async def test_earlier_turns_are_told_to_the_agent(gateway: Gateway, aimock: Aimock):
    await gateway.make_agent("tester", GPT)
    await aimock.say({"match": {}, "response": {"content": "Ada."}})
    messages: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "I am Ada."},
        {"role": "assistant", "content": "Hello Ada."},
        {"role": "user", "content": "Who am I?"},
    ]

    async with gateway.openai() as client:
        await client.chat.completions.create(model=AGENT, messages=messages)

    given = (await gateway.runs.get(gateway.scope, (await _run(gateway)).id)).input
    assert given["text"] == (
        "Instructions: Be brief.\n\nUser: I am Ada.\n\nAssistant: Hello Ada.\n\nWho am I?"
    )


async def test_in_a_conversation_only_the_last_words_are_new(gateway: Gateway, aimock: Aimock):
    await gateway.make_agent("tester", GPT)
    await aimock.say({"match": {}, "response": {"content": "Ada."}})
    made = await gateway.conversations.create(gateway.scope, ConversationInput(agent="tester"))
    here = {"X-Cadre-Conversation": made.id}

    async with gateway.openai() as client:
        for _ in range(2):
            await client.chat.completions.create(model=AGENT, messages=ASK, extra_headers=here)

    exchanges = await gateway.conversations.exchanges(gateway.scope, made.id)
    assert [exchange.user.text for exchange in exchanges] == ["How are you?"] * 2


async def test_a_client_that_leaves_cancels_the_run(gateway: Gateway, aimock: Aimock):
    await gateway.make_agent("tester", GPT)
    await aimock.say({"match": {}, "response": {"content": "word " * 2000}, "latency": 20})

    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model=AGENT, messages=ASK, stream=True)
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        await stream.close()
    run = await _run(gateway)
    async with timeout(5):
        [item async for item in gateway.runs.follow(gateway.scope, run.id)]
    assert (await _run(gateway)).status == "cancelled"


async def test_what_an_agent_decides_itself_is_refused(gateway: Gateway):
    tool: Any = {"type": "function", "function": {"name": "x"}}

    async with gateway.openai() as client:
        with pytest.raises(openai.BadRequestError, match="brings its own tools"):
            await client.chat.completions.create(model=AGENT, messages=ASK, tools=[tool])


async def test_an_agent_that_fails_is_an_error(gateway: Gateway, aimock: Aimock):
    await gateway.make_agent("tester", GPT)
    error = {"message": "no such luck", "type": "invalid_request_error"}
    await aimock.say({"match": {}, "response": {"error": error, "status": 400}})

    async with gateway.openai() as client:
        with pytest.raises(openai.InternalServerError, match="no such luck"):
            await client.chat.completions.create(model=AGENT, messages=ASK)


async def test_an_unknown_agent_is_not_found(gateway: Gateway):
    async with gateway.openai() as client, gateway.anthropic() as other:
        with pytest.raises(openai.NotFoundError, match="There are: "):
            await client.chat.completions.create(model="agent:nobody", messages=ASK)
        with pytest.raises(anthropic.NotFoundError):
            await other.messages.create(model="agent:nobody", messages=ASK, max_tokens=9)
