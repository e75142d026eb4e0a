"""What each provider is sent for the same request, and what is refused by name before it is."""

from collections.abc import Callable
from typing import Any

import pytest

from cadre.engine.models.errors import FeatureMissing
from cadre.engine.models.wires.openai import OpenAICompatible
from cadre.infra.blobs import Blobs
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    AudioPart,
    DocumentPart,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.wires.openai.asking import LOOK, ask, question
from tests.engine.models.wires.raw_server import RawServer

Provider = Callable[..., OpenAICompatible]
WHOLE = {"choices": [{"index": 0, "message": {"content": "x"}, "finish_reason": "stop"}]}


async def sent(
    raw: RawServer, provider: Provider, scope: Scope, name: str, model: str, **wanted: Any
) -> dict[str, Any]:
    """The body that the provider gets for `wanted`."""
    raw.say_json(WHOLE)
    await ask(provider(name, model), scope, question(**wanted))
    return raw.requests.pop().body


def user(text: str) -> UserMessage:
    return UserMessage(parts=[TextPart(text=text)])


@pytest.mark.parametrize(
    ("name", "model", "field"),
    [
        ("openai", "gpt-4.1", "max_completion_tokens"),
        ("openai", "o4-mini", "max_completion_tokens"),
        ("groq", "llama-3.3-70b-versatile", "max_completion_tokens"),
        ("xai", "grok-4", "max_completion_tokens"),
        ("moonshot", "kimi-k2.6", "max_completion_tokens"),
        ("moonshot", "moonshot-v1-8k", "max_tokens"),
        ("perplexity", "sonar", "max_tokens"),
        ("dashscope", "qwen-plus", "max_tokens"),
        ("ollama", "qwen3:8b", "max_tokens"),
        ("compatible", "llama", "max_tokens"),
        ("compatible", "openai/o3", "max_completion_tokens"),
    ],
)
async def test_the_limit_of_tokens_has_the_name_that_the_model_knows(
    raw: RawServer, provider: Provider, scope: Scope, name: str, model: str, field: str
):
    body = await sent(raw, provider, scope, name, model, max_tokens=10)

    assert {key: body[key] for key in body if key.startswith("max_")} == {field: 10}


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("openai", "gpt-4.1", 1.5),
        ("openai", "gpt-5-chat-latest", 1.5),
        ("openai", "gpt-5.2-chat-latest", None),
        ("openai", "o1", None),
        ("openai", "o3-mini", None),
        ("openai", "o4-mini-2025-04-16", None),
        ("openai", "gpt-5-mini", None),
        ("openai", "gpt-5.1", None),
        ("openai", "gpt-6-astra", None),
        ("openai", "gpt-4o-search-preview", None),
        ("compatible", "openai/gpt-5", None),
        ("groq", "openai/gpt-oss-120b", 1.5),
        ("moonshot", "moonshot-v1-32k", 1.0),
        ("moonshot", "kimi-k2.6", None),
        ("xai", "grok-4", 1.5),
    ],
)
async def test_a_temperature_goes_only_where_it_is_known(
    raw: RawServer,
    provider: Provider,
    scope: Scope,
    name: str,
    model: str,
    expected: float | None,
):
    body = await sent(raw, provider, scope, name, model, temperature=1.5)

    assert body.get("temperature") == expected


async def test_newer_gpts_sample_by_wish_while_they_do_not_think(
    raw: RawServer, provider: Provider, scope: Scope
):
    wish = {"temperature": 0.2, "reasoning_effort": "none"}

    body = await sent(raw, provider, scope, "openai", "gpt-5.2", **wish)

    assert (body["temperature"], body["reasoning_effort"]) == (0.2, "none")


THINKING = {"enable_thinking": True}
EFFORTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("openai", "gpt-4.1", "high", {}),
    ("openai", "o3", "none", {"reasoning_effort": "low"}),
    ("openai", "gpt-5", "none", {"reasoning_effort": "minimal"}),
    ("openai", "gpt-5-pro", "low", {"reasoning_effort": "high"}),
    ("openai", "gpt-5.1", "minimal", {"reasoning_effort": "low"}),
    ("groq", "llama-3.1-8b-instant", "high", {}),
    ("groq", "openai/gpt-oss-20b", "minimal", {"reasoning_effort": "low"}),
    ("groq", "qwen/qwen3-32b", "none", {"reasoning_effort": "none"}),
    ("groq", "qwen/qwen3-32b", "high", {"reasoning_effort": "default"}),
    ("perplexity", "sonar", "high", {}),
    ("perplexity", "sonar-deep-research", "low", {"reasoning_effort": "low"}),
    ("xai", "grok-3", "high", {}),
    ("xai", "grok-4", "high", {}),
    ("xai", "grok-4-fast-non-reasoning", "high", {}),
    ("xai", "grok-3-mini", "medium", {"reasoning_effort": "low"}),
    ("xai", "grok-4.3", "none", {"reasoning_effort": "none"}),
    ("xai", "grok-4.5", "none", {"reasoning_effort": "low"}),
    ("moonshot", "moonshot-v1-8k", "high", {}),
    ("moonshot", "kimi-k2.6", "none", {"thinking": {"type": "disabled"}}),
    ("moonshot", "kimi-k2.5", "high", {"thinking": {"type": "enabled"}}),
    ("moonshot", "kimi-k3", "minimal", {"reasoning_effort": "low"}),
    ("dashscope", "qwen-plus", "none", {"enable_thinking": False}),
    ("dashscope", "qwen3-32b", "low", {**THINKING, "thinking_budget": 4096}),
    ("dashscope", "qwen3-14b", "high", THINKING),
    ("dashscope", "qwen3-235b-a22b-instruct-2507", "high", {}),
    ("dashscope", "qwen3-235b-a22b-thinking-2507", "none", {}),
    ("ollama", "gpt-oss:20b", "minimal", {"reasoning_effort": "low"}),
]


@pytest.mark.parametrize(("name", "model", "effort", "expected"), EFFORTS)
async def test_an_effort_is_told_in_the_providers_words(
    raw: RawServer,
    provider: Provider,
    scope: Scope,
    name: str,
    model: str,
    effort: str,
    expected: dict[str, Any],
):
    body = await sent(raw, provider, scope, name, model, reasoning_effort=effort)

    names = {"reasoning_effort", "thinking", "enable_thinking", "thinking_budget"}
    assert {key: value for key, value in body.items() if key in names} == expected


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("openai", "o3", {"stop": ["END"]}, "stop"),
    ("openai", "gpt-5", {"stop": ["END"]}, "stop"),
    ("perplexity", "sonar", {"tools": [LOOK]}, "tools"),
    ("xai", "grok-4", {"stop": ["END"]}, "stop"),
    ("moonshot", "moonshot-v1-8k", {"tools": [LOOK], "tool_choice": "required"}, "tool_choice"),
    ("moonshot", "kimi-k2.6", {"tools": [LOOK], "tool_choice": "look"}, "tool_choice"),
    ("moonshot", "kimi-k2.6", {"tools": [LOOK], "parallel_calls": False}, "parallel_calls"),
    (
        "moonshot",
        "moonshot-v1-8k",
        {"answer_format": AnswerFormat(json_schema={"type": "object"})},
        "answer_format",
    ),
    ("dashscope", "qwen-plus", {"tools": [LOOK], "tool_choice": "required"}, "tool_choice"),
    ("ollama", "qwen3", {"tools": [LOOK], "tool_choice": "look"}, "tool_choice"),
    ("ollama", "qwen3", {"tools": [LOOK], "parallel_calls": False}, "parallel_calls"),
]


@pytest.mark.parametrize(("name", "model", "wanted", "field"), REFUSED)
async def test_what_would_change_the_answer_is_refused_by_name(
    raw: RawServer,
    provider: Provider,
    scope: Scope,
    name: str,
    model: str,
    wanted: dict[str, Any],
    field: str,
):
    with pytest.raises(FeatureMissing, match=name) as caught:
        await ask(provider(name, model), scope, question(**wanted))

    assert caught.value.field == field
    assert model in caught.value.detail
    assert raw.requests == []


@pytest.mark.parametrize("name", ["groq", "xai", "moonshot", "ollama"])
async def test_files_that_can_not_be_read_are_refused(
    raw: RawServer, provider: Provider, scope: Scope, blobs: Blobs, name: str
):
    blob = await blobs.put(b"x")
    document = DocumentPart(blob=blob, media_type="application/pdf")
    sound = AudioPart(blob=blob, media_type="audio/wav")

    for part in (document, sound):
        with pytest.raises(FeatureMissing) as caught:
            await ask(provider(name, "any"), scope, question(messages=[UserMessage(parts=[part])]))
        assert caught.value.field == "messages"


async def test_sound_of_a_form_that_no_model_hears_is_refused(
    raw: RawServer, provider: Provider, scope: Scope, blobs: Blobs
):
    sound = AudioPart(blob=await blobs.put(b"x"), media_type="audio/flac")

    with pytest.raises(Exception, match="audio/flac") as caught:
        await ask(
            provider("openai", "gpt-4o"), scope, question(messages=[UserMessage(parts=[sound])])
        )

    assert getattr(caught.value, "code", "") == "model_refused"


async def test_no_tool_means_no_tools_where_it_can_not_be_said(
    raw: RawServer, provider: Provider, scope: Scope
):
    wanted = {"tools": [LOOK], "tool_choice": "none"}

    ollama = await sent(raw, provider, scope, "ollama", "qwen3", **wanted)
    openai = await sent(raw, provider, scope, "openai", "gpt-4.1", **wanted)

    assert "tools" not in ollama
    assert "tool_choice" not in ollama
    assert openai["tool_choice"] == "none"


async def test_groq_is_asked_to_keep_reasoning_apart(
    raw: RawServer, provider: Provider, scope: Scope
):
    qwen = await sent(raw, provider, scope, "groq", "qwen/qwen3-32b")
    llama = await sent(raw, provider, scope, "groq", "llama-3.3-70b-versatile")

    assert qwen["reasoning_format"] == "parsed"
    assert "reasoning_format" not in llama


async def test_perplexity_gets_alternating_roles_and_nothing_that_it_does_not_know(
    raw: RawServer, provider: Provider, scope: Scope, blobs: Blobs
):
    document = DocumentPart(
        blob=await blobs.put(b"%PDF"), media_type="application/pdf", name="a.pdf"
    )
    messages = [
        user("one"),
        SystemMessage(text="Be brief."),
        user("two"),
        AssistantMessage(text="first"),
        AssistantMessage(text="second"),
        SystemMessage(text="Be kind."),
        UserMessage(parts=[document]),
        user("three"),
    ]

    body = await sent(raw, provider, scope, "perplexity", "sonar", messages=messages, seed=1)

    assert set(body) == {"model", "messages", "stream"}
    assert body["messages"] == [
        {"role": "system", "content": "Be brief.\n\nBe kind."},
        {"role": "user", "content": "one\n\ntwo"},
        {"role": "assistant", "content": "first\n\nsecond"},
        {
            "role": "user",
            "content": [
                {"type": "file_url", "file_url": {"url": "JVBERg=="}, "file_name": "a.pdf"},
                {"type": "text", "text": "three"},
            ],
        },
    ]


async def test_perplexity_refuses_a_history_of_tools(
    raw: RawServer, provider: Provider, scope: Scope
):
    call = AssistantMessage(calls=[ToolCall(id="1", name="look", arguments="{}")])
    result = ToolMessage(call_id="1", name="look", text="a cat")

    with pytest.raises(FeatureMissing, match="tools"):
        await ask(
            provider("perplexity", "sonar"), scope, question(messages=[user("x"), call, result])
        )


async def test_any_json_is_a_schema_for_perplexity(
    raw: RawServer, provider: Provider, scope: Scope
):
    body = await sent(
        raw, provider, scope, "perplexity", "sonar", answer_format=AnswerFormat(name="a")
    )

    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": {"type": "object"}},
    }


async def test_xai_is_never_sent_the_search_that_is_gone(
    raw: RawServer, provider: Provider, scope: Scope
):
    body = await sent(raw, provider, scope, "xai", "grok-4")

    assert set(body) == {"model", "messages", "stream", "stream_options"}


async def test_kimi_gets_its_reasoning_back(raw: RawServer, provider: Provider, scope: Scope):
    messages = [
        user("x"),
        AssistantMessage(
            reasoning="hm", calls=[ToolCall(id="look:0", name="look", arguments="{}")]
        ),
        ToolMessage(call_id="look:0", name="look", text="a cat"),
    ]

    kimi = await sent(raw, provider, scope, "moonshot", "kimi-k2.6", messages=messages)
    other = await sent(raw, provider, scope, "openai", "gpt-4.1", messages=messages)

    assert kimi["messages"][1]["reasoning_content"] == "hm"
    assert "reasoning_content" not in other["messages"][1]


@pytest.mark.parametrize(
    ("name", "model", "flag"),
    [
        ("moonshot", "kimi-k2.6", {"partial": True}),
        ("dashscope", "qwen-plus", {"partial": True}),
        ("openai", "gpt-4.1", {}),
    ],
)
async def test_a_last_message_of_the_assistants_is_continued_where_that_is_known(
    raw: RawServer,
    provider: Provider,
    scope: Scope,
    name: str,
    model: str,
    flag: dict[str, Any],
):
    messages = [user("Count."), AssistantMessage(text="1, 2,")]

    body = await sent(raw, provider, scope, name, model, messages=messages)

    last = body["messages"][-1]
    assert {key: last[key] for key in last if key == "partial"} == flag


async def test_dashscope_thinks_or_answers_in_json(
    raw: RawServer, provider: Provider, scope: Scope
):
    body = await sent(
        raw,
        provider,
        scope,
        "dashscope",
        "qwen-plus",
        answer_format=AnswerFormat(),
        reasoning_effort="high",
    )

    assert body["enable_thinking"] is False
    assert "thinking_budget" not in body


async def test_dashscope_caches_where_the_prompt_is_marked(
    raw: RawServer, provider: Provider, scope: Scope
):
    messages = [SystemMessage(text="You are a lawyer."), user("x")]

    marked = await sent(
        raw, provider, scope, "dashscope", "qwen-plus", messages=messages, cache_prompt=True
    )
    plain = await sent(raw, provider, scope, "dashscope", "qwen-plus", messages=messages)

    assert marked["messages"][0]["content"] == [
        {"type": "text", "text": "You are a lawyer.", "cache_control": {"type": "ephemeral"}}
    ]
    assert plain["messages"][0]["content"] == "You are a lawyer."


async def test_dashscope_hears_by_data_url(
    raw: RawServer, provider: Provider, scope: Scope, blobs: Blobs
):
    sound = AudioPart(blob=await blobs.put(b"RIFF"), media_type="audio/x-wav")

    body = await sent(
        raw,
        provider,
        scope,
        "dashscope",
        "qwen-omni-turbo",
        messages=[UserMessage(parts=[sound])],
    )

    heard = body["messages"][0]["content"][0]["input_audio"]
    assert heard == {"data": "data:;base64,UklGRg==", "format": "wav"}
