"""Bodies of every broken shape: refused in the words of the dialect, and never a fault of ours."""

import asyncio
import copy
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cadre.kernel.values import is_list, is_object
from tests.edge.openai_api.gateway import Gateway

# By hand: FUZZ_EXAMPLES=5000 FUZZ_SEED=7
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
SEED = os.environ.get("FUZZ_SEED")
# The first is answered by cadre itself, the others go to providers that answer nonsense.
MODELS = ["default", "openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash"]
PIXEL = "data:image/png;base64,iVBORw0KGgo="
FUNCTION: dict[str, Any] = {
    "name": "f",
    "description": "d",
    "parameters": {"type": "object", "properties": {}},
}
CHAT: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "Be short."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hello"},
                {"type": "image_url", "image_url": {"url": PIXEL}},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "done"},
    ],
    "tools": [{"type": "function", "function": FUNCTION}],
    "tool_choice": "auto",
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
    "max_completion_tokens": 20,
    "temperature": 0.5,
    "stop": ["x"],
    "stream": False,
    "stream_options": {"include_usage": True},
    "metadata": {"a": "b"},
    "user": "ann",
}
RESPONSES: dict[str, Any] = {
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "done"},
    ],
    "instructions": "Be short.",
    "tools": [{"type": "function", **FUNCTION}],
    "text": {"format": {"type": "text"}},
    "reasoning": {"effort": "low"},
    "max_output_tokens": 20,
    "stream": False,
}
MESSAGES: dict[str, Any] = {
    "system": [{"type": "text", "text": "Be short.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hello"},
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "1", "content": "done"}],
        },
    ],
    "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "auto"},
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "max_tokens": 2048,
    "stop_sequences": ["x"],
    "metadata": {"user_id": "ann"},
    "stream": False,
}
GENERATE: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "Be short."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "Hello"},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
            ],
        },
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]},
    ],
    "tools": [{"functionDeclarations": [FUNCTION]}],
    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
    "generationConfig": {"maxOutputTokens": 20, "responseSchema": {"type": "OBJECT"}},
}
EMBED: dict[str, Any] = {"input": ["Hello"], "encoding_format": "float", "dimensions": 8}
SPEECH: dict[str, Any] = {"input": "Hello", "voice": "alloy", "response_format": "mp3", "speed": 1}
GEMINI_EMBED: dict[str, Any] = {"content": {"parts": [{"text": "Hello"}]}, "taskType": "RETRIEVAL"}
BATCH: dict[str, Any] = {"requests": [{"model": "models/x", **GEMINI_EMBED}]}


def is_openai_error(said: Any, _: int) -> bool:
    error = said["error"]
    return {*error} == {"message", "type", "param", "code"} and bool(error["message"])


def is_anthropic_error(said: Any, _: int) -> bool:
    error = said["error"]
    return said["type"] == "error" and bool(error["type"]) and bool(error["message"])


def is_gemini_error(said: Any, status: int) -> bool:
    error = said["error"]
    return error["code"] == status and bool(error["status"]) and bool(error["message"])


ADDRESSES: list[tuple[str, dict[str, Any], Callable[[Any, int], bool]]] = [
    ("/v1/chat/completions", CHAT, is_openai_error),
    ("/v1/responses", RESPONSES, is_openai_error),
    ("/v1/embeddings", EMBED, is_openai_error),
    ("/v1/audio/speech", SPEECH, is_openai_error),
    ("/v1/messages", MESSAGES, is_anthropic_error),
    ("/v1/messages/count_tokens", MESSAGES, is_anthropic_error),
    ("/v1beta/models/{model}:generateContent", GENERATE, is_gemini_error),
    ("/v1beta/models/{model}:streamGenerateContent", GENERATE, is_gemini_error),
    ("/v1beta/models/{model}:countTokens", GENERATE, is_gemini_error),
    ("/v1beta/models/{model}:embedContent", GEMINI_EMBED, is_gemini_error),
    ("/v1beta/models/{model}:batchEmbedContents", BATCH, is_gemini_error),
]
UNFORESEEN = "This should not have happened"
NAMES = sorted({name for _, body, _ in ADDRESSES for name in json.dumps(body).split('"')[1::2]})
TEXTS = st.one_of(st.sampled_from([*NAMES, "", "\0", "\ud800", "agent:nobody"]), st.text())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**400]),
    st.floats(),
    TEXTS,
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something lies in `value`, down to the leaves."""
    items: Any = ()
    if is_object(value):
        items = value.items()
    elif is_list(value):
        items = enumerate(value)
    for name, inner in items:
        yield (*here, name)
        yield from places(inner, (*here, name))


@st.composite
def broken(draw: st.DrawFn, whole: dict[str, Any]) -> bytes:
    """`whole` with one to three things in it changed or gone; or no JSON at all."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.one_of(st.binary(max_size=40), VALUES.map(lambda v: json.dumps(v).encode())))
    body = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        found = [*places(body)]
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        inner: Any = body
        for step in way:
            inner = inner[step]
        if draw(st.booleans()):
            inner[last] = draw(VALUES)
        else:
            del inner[last]
    return json.dumps(body).encode()


@pytest.mark.parametrize(("path", "whole", "is_error"), ADDRESSES, ids=[a[0] for a in ADDRESSES])
async def test_no_body_is_a_fault_of_ours(
    raw: Gateway, path: str, whole: dict[str, Any], is_error: Callable[[Any, int], bool]
):
    faults: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=SEED is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(MODELS), st.data())
    def ask(model: str, data: st.DataObject) -> None:
        named = whole if "{model}" in path else {"model": model, **whole}
        content = data.draw(broken(named))
        answer = client.post(path.replace("{model}", model), content=content)
        if answer.status_code < 400:
            return
        is_ours = model == "default" and answer.status_code >= 500
        if is_ours or UNFORESEEN in answer.text:
            faults.append(f"{answer.status_code} {content!r} {answer.text[:200]}")
        elif not is_error(answer.json(), answer.status_code):
            faults.append(f"not an error of the dialect: {content!r} {answer.text[:200]}")

    headers = {"Authorization": f"Bearer {raw.key}", "Content-Type": "application/json"}
    with httpx2.Client(base_url=raw.url, headers=headers, timeout=30) as client:
        await asyncio.to_thread(ask if SEED is None else seed(int(SEED))(ask))

    assert not faults, "\n".join(faults[:20])
