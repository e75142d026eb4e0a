"""What a provider wants back goes with the client, in each dialect's own slot, and comes back."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from google.genai.types import FunctionResponse, Part

from cadre.edge.gateway import sealed, unsealed
from cadre.edge.gateway.sealing import is_sealed
from tests.edge.openai_api.gateway import Gateway
from tests.engine.models.wires.raw_server import Answer, RawServer, events

GEMINI, CLAUDE = "google:gemini-2.5-flash", "anthropic:claude-haiku-4-5"
STATES: list[dict[str, Any]] = [
    {
        "provider": "google",
        "model": "m",
        "after": None,
        "order": [{"text": 2}, {"call": "c", "sealed": {"thoughtSignature": "c2ln"}}],
    },
    {
        "provider": "openai",
        "thoughts": [{"type": "reasoning", "encrypted_content": "x", "id": "r"}],
    },
]
SIGNED = events(
    {
        "candidates": [
            {
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": "I look."},
                        {
                            "functionCall": {"id": "c1", "name": "look", "args": {"at": "a"}},
                            "thoughtSignature": "c2lnbmVk",
                        },
                    ],
                },
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1},
    }
)
DONE = events(
    {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": "A cat."}]}, "finishReason": "STOP"}
        ]
    }
)
SCHEMA = {"type": "object", "properties": {"at": {"type": "string"}}}


@pytest.mark.parametrize("state", STATES)
def test_a_state_comes_back_as_it_was(state: dict[str, Any]):
    seal = sealed(state)

    assert unsealed(seal) == state
    assert unsealed(seal.replace("+", "-").replace("/", "_")) == state
    assert is_sealed(orjson.dumps({"signature": seal}))


def _forged(state: Any) -> str:
    return b64encode(b"cadre:sealed:1:" + orjson.dumps({"state": state})).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EqQBCkYIBxgCKkD",
        sealed(STATES[0])[:-5],
        sealed(None),
        f"{sealed(None)[:20]}!!",
        _forged("text"),
        _forged({**STATES[0], "order": [{"text": "much"}]}),
        _forged({**STATES[0], "more": 1}),
        _forged({"provider": "openai", "thoughts": [{"type": "item_reference", "id": "x"}]}),
    ],
)
def test_what_is_not_our_own_is_no_state(text: str):
    assert unsealed(text) is None


def _signatures(request: Any) -> Sequence[str]:
    parts = [part for content in request.body["contents"] for part in content["parts"]]
    return [part["thoughtSignature"] for part in parts if "thoughtSignature" in part]


@pytest.mark.parametrize("is_stream", [False, True])
async def test_a_client_of_anthropic_brings_a_signature_back(
    raw: Gateway, upstream: RawServer, is_stream: bool
):
    upstream.say(Answer(SIGNED), Answer(DONE))
    ask: list[Any] = [{"role": "user", "content": "Look."}]
    given: dict[str, Any] = {
        "model": GEMINI,
        "max_tokens": 99,
        "tools": [{"name": "look", "input_schema": SCHEMA}],
    }

    said: Any
    async with raw.anthropic() as client:
        if is_stream:
            async with client.messages.stream(messages=ask, **given) as stream:
                said = await stream.get_final_message()
        else:
            create: Any = client.messages.create
            said = await create(messages=ask, **given)
        blocks: list[Any] = [block.model_dump() for block in said.content]
        call = next(block for block in blocks if block["type"] == "tool_use")
        result: Any = {"type": "tool_result", "tool_use_id": call["id"], "content": "a cat"}
        turn: Any = {"role": "assistant", "content": blocks}
        again: list[Any] = [*ask, turn, {"role": "user", "content": [result]}]
        await client.messages.create(messages=again, **given)

    assert _signatures(upstream.requests[1]) == ["c2lnbmVk"]


@pytest.mark.parametrize("is_stream", [False, True])
async def test_a_client_of_responses_brings_a_signature_back(
    raw: Gateway, upstream: RawServer, is_stream: bool
):
    upstream.say(Answer(SIGNED), Answer(DONE))
    ask: list[Any] = [{"role": "user", "content": "Look."}]
    tools: list[Any] = [{"type": "function", "name": "look", "parameters": SCHEMA, "strict": False}]

    async with raw.openai() as client:
        if is_stream:
            async with client.responses.stream(model=GEMINI, input=ask, tools=tools) as stream:
                said: Any = await stream.get_final_response()
        else:
            said = await client.responses.create(model=GEMINI, input=ask, tools=tools)
        items = [item.model_dump(exclude_none=True) for item in said.output]
        for item in items:
            item.pop("parsed_arguments", None)
        result = {"type": "function_call_output", "call_id": "c1", "output": "a cat"}
        again: Any = [*ask, *items, result]
        await client.responses.create(model=GEMINI, input=again, tools=tools)

    assert _signatures(upstream.requests[1]) == ["c2lnbmVk"]


THOUGHT = events(
    {
        "type": "message_start",
        "message": {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [],
            "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    },
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "hm"},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "signed"},
    },
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "c1", "name": "look", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"at":"a"}'},
    },
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}},
    {"type": "message_stop"},
)


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
@pytest.mark.parametrize("is_stream", [False, True])
async def test_a_client_of_gemini_brings_a_signature_back(
    raw: Gateway, upstream: RawServer, is_stream: bool
):
    upstream.say(Answer(THOUGHT), Answer(THOUGHT))
    config: Any = {
        "tools": [{"function_declarations": [{"name": "look", "parameters_json_schema": SCHEMA}]}],
        "thinking_config": {"thinking_budget": 2048, "include_thoughts": True},
        "max_output_tokens": 9000,
    }

    async with raw.gemini().aio as client:
        chat = client.chats.create(model=CLAUDE, config=config)
        if is_stream:
            [chunk async for chunk in await chat.send_message_stream("Look.")]
        else:
            await chat.send_message("Look.")
        response = FunctionResponse(id="c1", name="look", response={"output": "a"})
        await chat.send_message([Part(function_response=response)])

    turn = upstream.requests[1].body["messages"][1]
    assert turn["content"][0] == {"type": "thinking", "thinking": "hm", "signature": "signed"}
    assert turn["content"][1]["id"] == "c1"


async def test_what_is_sealed_is_not_passed_on_as_it_is(raw: Gateway, upstream: RawServer):
    upstream.say(Answer(THOUGHT))
    thought = {"type": "thinking", "thinking": "hm", "signature": sealed(None)}
    said: list[Any] = [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [thought, {"type": "text", "text": "Seen."}]},
        {"role": "user", "content": "Again."},
    ]

    async with raw.anthropic() as client:
        await client.messages.create(model=CLAUDE, max_tokens=99, messages=said)

    assert sealed(None)[:20] not in str(upstream.requests[0].body)
