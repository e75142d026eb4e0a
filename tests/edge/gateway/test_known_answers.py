"""Answers that are known already: sent again as they were, in whichever dialect they were asked for."""

from typing import Any

import orjson
import pytest

from tests.edge.openai_api.gateway import Gateway
from tests.edge.openai_api.test_hostile import BEGUN, MESSAGE, chunk
from tests.engine.models.wires.raw_server import Answer, RawServer, events

GPT, CLAUDE, GEMINI = "openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash"
KEEP = {"X-Cadre-Cache-Seconds": "60"}
CHAT: dict[str, Any] = {"model": GPT, "messages": [{"role": "user", "content": "Hi"}]}
MESSAGES: dict[str, Any] = {**CHAT, "model": CLAUDE, "max_tokens": 9}
RESPONSE: dict[str, Any] = {"model": GPT, "input": "Hi"}
CONTENT: dict[str, Any] = {"contents": [{"parts": [{"text": "Hi"}]}]}
CHUNKS = [*events(chunk("Hel"), chunk("lo", "stop")), b"data: [DONE]\n\n"]
EVENTS = [
    *BEGUN,
    *events(
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ),
]
SAID = {"candidates": [{"content": {"parts": [{"text": "Hello"}]}, "finishReason": "STOP"}]}


def whole(said: dict[str, Any]) -> Answer:
    return Answer([orjson.dumps(said)], content_type="application/json")


ASKED: list[tuple[str, dict[str, Any], Answer]] = [
    ("/v1/chat/completions", CHAT, whole({"choices": [{"message": {"content": "Hello"}}]})),
    ("/v1/chat/completions", {**CHAT, "stream": True}, Answer(CHUNKS)),
    ("/v1/chat/completions", {**CHAT, "model": CLAUDE}, Answer(EVENTS)),
    ("/v1/chat/completions", {**CHAT, "model": CLAUDE, "stream": True}, Answer(EVENTS)),
    ("/v1/responses", RESPONSE, Answer(CHUNKS)),
    ("/v1/responses", {**RESPONSE, "stream": True}, Answer(CHUNKS)),
    ("/v1/messages", MESSAGES, whole({**MESSAGE, "stop_reason": "end_turn"})),
    ("/v1/messages", {**MESSAGES, "stream": True}, Answer(EVENTS)),
    ("/v1/messages", {**MESSAGES, "model": GPT, "stream": True}, Answer(CHUNKS)),
    (f"/v1beta/models/{GEMINI}:generateContent", CONTENT, whole(SAID)),
    (f"/v1beta/models/{GEMINI}:streamGenerateContent", CONTENT, Answer(events(SAID))),
    (f"/v1beta/models/{GPT}:streamGenerateContent?alt=sse", CONTENT, Answer(CHUNKS)),
]


@pytest.mark.parametrize(("path", "body", "said"), ASKED, ids=range(len(ASKED)))
async def test_a_known_answer_is_sent_again_and_nobody_is_asked(
    raw: Gateway, upstream: RawServer, path: str, body: dict[str, Any], said: Answer
):
    upstream.say(said)

    async with raw.plain(**KEEP) as client:
        first = await client.post(path, json=body)
        again = await client.post(path, json=body)

    assert first.status_code == 200, first.text
    assert b"Hel" in first.content or b"end_turn" in first.content
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-cadre-model"] == first.headers["x-cadre-model"]
    assert len(upstream.requests) == 1


async def test_another_form_of_the_same_question_is_another_question(
    raw: Gateway, upstream: RawServer
):
    path = f"/v1beta/models/{GEMINI}:streamGenerateContent"
    upstream.say(Answer(events(SAID)), Answer(events(SAID)))

    async with raw.plain(**KEEP) as client:
        listed = await client.post(path, json=CONTENT)
        sse = await client.post(f"{path}?alt=sse", json=CONTENT)

    assert listed.json() == [SAID]
    assert sse.content.startswith(b"data: ")


async def test_an_answer_that_breaks_off_is_not_kept(raw: Gateway, upstream: RawServer):
    upstream.say(Answer(CHUNKS[:1], end="close"), Answer(CHUNKS))

    async with raw.plain(**KEEP) as client:
        first = await client.post("/v1/chat/completions", json={**CHAT, "stream": True})
        again = await client.post("/v1/chat/completions", json={**CHAT, "stream": True})

    assert b"broke off" in first.content
    assert again.content == b"".join(CHUNKS)


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
async def test_trial_features_are_asked_for_at_anthropic(
    raw: Gateway, upstream: RawServer, path: str
):
    upstream.say(whole({**MESSAGE, "input_tokens": 3}))
    named = [("anthropic-beta", "one-2025-01-01"), ("anthropic-beta", "two-2025-02-02")]

    async with raw.plain() as client:
        await client.post(path, json=MESSAGES, headers=named)

    assert upstream.requests[0].headers["anthropic-beta"] == "one-2025-01-01,two-2025-02-02"
