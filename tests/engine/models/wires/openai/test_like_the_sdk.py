"""What goes over the wire, field for field against the official SDK asked for the same thing."""

import base64
from collections.abc import Callable
from typing import Any

import openai
import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers import KNOWN
from cadre.engine.models.wires.openai import (
    OpenAICompatible,
    OpenAIEmbedder,
    OpenAISpeaker,
    OpenAITranscriber,
)
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    AudioPart,
    DocumentPart,
    ImagePart,
    ModelRequest,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.wires.openai.asking import KEY, LOOK, answer, ask, question
from tests.engine.models.wires.openai.recorder import Recorded, Recorder

OPENAI = KNOWN["openai"].deviations
COMPATIBLE = KNOWN["compatible"].deviations
Connect = Callable[..., OpenAICompatible]

PNG = b"\x89PNG\r\n"
PDF = b"%PDF-1.7"
WAV = b"RIFF\x00\x00\x00\x00WAVE"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
STREAM = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)
TOOL: Any = {
    "type": "function",
    "function": {
        "name": LOOK.name,
        "description": LOOK.description,
        "parameters": LOOK.parameters,
    },
}
ASKED: list[Any] = [{"role": "user", "content": "How are you?"}]


def _url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


async def sdk(recorder: Recorder, **wanted: Any) -> Recorded:
    """The request that the SDK makes."""
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url, max_retries=0) as client:
        stream = await client.chat.completions.create(
            stream=True, stream_options={"include_usage": True}, **wanted
        )
        async for _ in stream:
            pass
    return recorder.requests.pop()


async def ours(
    recorder: Recorder,
    connect: Connect,
    scope: Scope,
    request: ModelRequest,
    *,
    model: str = "gpt-4.1",
) -> Recorded:
    """The request that our adapter makes."""
    adapter = connect(model, url=recorder.url, provider="openai", deviations=OPENAI)
    await ask(adapter, scope, request)
    return recorder.requests.pop()


FEATURES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a plain question": ({}, {}),
    "sampling": (
        {"temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["END"], "max_tokens": 100},
        {
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 7,
            "stop": ["END"],
            "max_completion_tokens": 100,
        },
    ),
    "tools": ({"tools": [LOOK]}, {"tools": [TOOL]}),
    "a required tool": (
        {"tools": [LOOK], "tool_choice": "required"},
        {"tools": [TOOL], "tool_choice": "required"},
    ),
    "no tool": (
        {"tools": [LOOK], "tool_choice": "none"},
        {"tools": [TOOL], "tool_choice": "none"},
    ),
    "a named tool": (
        {"tools": [LOOK], "tool_choice": "look"},
        {
            "tools": [TOOL],
            "tool_choice": {"type": "function", "function": {"name": "look"}},
        },
    ),
    "one call at a time": (
        {"tools": [LOOK], "parallel_calls": False},
        {"tools": [TOOL], "parallel_tool_calls": False},
    ),
    "any JSON": ({"answer_format": AnswerFormat()}, {"response_format": {"type": "json_object"}}),
    "JSON by schema": (
        {"answer_format": AnswerFormat(name="person", json_schema=SCHEMA)},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "person", "schema": SCHEMA, "strict": True},
            }
        },
    ),
}


@pytest.mark.parametrize("feature", FEATURES)
async def test_a_feature_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, connect: Connect, scope: Scope, feature: str
):
    recorder.say(STREAM, "text/event-stream")
    asked, wanted = FEATURES[feature]

    mine = await ours(recorder, connect, scope, question(**asked))
    reference = await sdk(recorder, model="gpt-4.1", messages=ASKED, **wanted)

    assert mine.json == reference.json
    assert mine.path == reference.path == "/v1/chat/completions"
    assert mine.headers["Authorization"] == reference.headers["Authorization"] == f"Bearer {KEY}"
    assert mine.headers["Content-Type"] == reference.headers["Content-Type"]


async def test_a_whole_conversation_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, connect: Connect, scope: Scope, blobs: Blobs
):
    recorder.say(STREAM, "text/event-stream")
    request = ModelRequest(
        model="openai:gpt-4.1",
        messages=[
            SystemMessage(text="Be brief."),
            UserMessage(
                parts=[
                    TextPart(text="What is this?"),
                    ImagePart(blob=await blobs.put(PNG), media_type="image/png"),
                    DocumentPart(
                        blob=await blobs.put(PDF), media_type="application/pdf", name="a.pdf"
                    ),
                    AudioPart(blob=await blobs.put(WAV), media_type="audio/wav"),
                ]
            ),
            AssistantMessage(
                text="I look.", calls=[ToolCall(id="1", name="look", arguments='{"at": "x"}')]
            ),
            ToolMessage(call_id="1", name="look", text="a cat"),
            AssistantMessage(text="A cat."),
            UserMessage(parts=[TextPart(text="Sure?"), TextPart(text="Really?")]),
        ],
    )

    mine = await ours(recorder, connect, scope, request)
    reference = await sdk(
        recorder,
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": _url("image/png", PNG)}},
                    {
                        "type": "file",
                        "file": {"filename": "a.pdf", "file_data": _url("application/pdf", PDF)},
                    },
                    {
                        "type": "input_audio",
                        "input_audio": {"data": base64.b64encode(WAV).decode(), "format": "wav"},
                    },
                ],
            },
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [
                    {
                        "id": "1",
                        "type": "function",
                        "function": {"name": "look", "arguments": '{"at": "x"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "a cat"},
            {"role": "assistant", "content": "A cat."},
            {"role": "user", "content": "Sure?\n\nReally?"},
        ],
    )

    assert mine.json == reference.json


@pytest.mark.parametrize("effort", ["minimal", "low", "medium", "high"])
async def test_an_effort_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, connect: Connect, scope: Scope, effort: str
):
    recorder.say(STREAM, "text/event-stream")
    request = question(reasoning_effort=effort, max_tokens=10)

    mine = await ours(recorder, connect, scope, request, model="gpt-5")
    reference = await sdk(
        recorder,
        model="gpt-5",
        messages=ASKED,
        reasoning_effort=effort,
        max_completion_tokens=10,
    )

    assert mine.json == reference.json


async def test_prompts_that_begin_alike_share_a_cache_key(
    recorder: Recorder, connect: Connect, scope: Scope
):
    recorder.say(STREAM, "text/event-stream")
    system = SystemMessage(text="You are a lawyer.")

    async def sent(text: str, before: SystemMessage) -> Any:
        user = UserMessage(parts=[TextPart(text=text)])
        request = question(messages=[before, user], tools=[LOOK], cache_prompt=True)
        return (await ours(recorder, connect, scope, request)).json["prompt_cache_key"]

    one, two = await sent("a", system), await sent("b", system)
    other = await sent("a", SystemMessage(text="You are a cook."))

    assert one == two != other
    assert len(one) <= 64


async def test_the_sdk_reads_the_same_answer_as_we_do(
    recorder: Recorder, connect: Connect, scope: Scope
):
    recorder.say(_answer_with_everything(), "text/event-stream")
    adapter = connect("gpt-4.1", url=recorder.url, deviations=OPENAI)

    reply = await answer(adapter, scope, question(tools=[LOOK]))
    async with (
        openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url, max_retries=0) as client,
        client.chat.completions.stream(
            model="gpt-4.1", messages=ASKED, tools=[TOOL], stream_options={"include_usage": True}
        ) as stream,
    ):
        theirs = await stream.get_final_completion()

    said = theirs.choices[0].message
    assert reply.message.text == said.content == "Let me look."
    assert said.tool_calls is not None
    assert [(c.id, c.name, c.arguments) for c in reply.message.calls] == [
        (c.id, c.function.name, c.function.arguments) for c in said.tool_calls
    ]
    assert theirs.usage is not None
    assert theirs.usage.prompt_tokens_details is not None
    assert theirs.usage.completion_tokens_details is not None
    assert reply.usage.input_tokens == theirs.usage.prompt_tokens
    assert reply.usage.cached_tokens == theirs.usage.prompt_tokens_details.cached_tokens
    assert reply.usage.output_tokens == theirs.usage.completion_tokens
    assert reply.usage.reasoning_tokens == theirs.usage.completion_tokens_details.reasoning_tokens


def _answer_with_everything() -> bytes:
    def chunk(delta: str, more: str = '"finish_reason":null') -> str:
        return (
            'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4.1",'
            f'"choices":[{{"index":0,"delta":{delta},{more}}}],"usage":null}}\n\n'
        )

    first = '"id":"call_1","type":"function","function":{"name":"look","arguments":""}'
    second = '"id":"call_2","type":"function","function":{"name":"look","arguments":""}'
    lines = [
        chunk('{"role":"assistant","content":""}'),
        chunk('{"content":"Let me "}'),
        chunk('{"content":"look."}'),
        chunk(f'{{"tool_calls":[{{"index":0,{first}}}]}}'),
        chunk('{"tool_calls":[{"index":0,"function":{"arguments":"{\\"at\\":"}}]}'),
        chunk('{"tool_calls":[{"index":0,"function":{"arguments":"\\"a\\"}"}}]}'),
        chunk(f'{{"tool_calls":[{{"index":1,{second}}}]}}'),
        chunk('{"tool_calls":[{"index":1,"function":{"arguments":"{\\"at\\":\\"b\\"}"}}]}'),
        chunk("{}", '"finish_reason":"tool_calls"'),
        'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4.1",'
        '"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,'
        '"prompt_tokens_details":{"cached_tokens":40,"audio_tokens":0},'
        '"completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":0}}}\n\n',
        "data: [DONE]\n\n",
    ]
    return "".join(lines).encode()


async def test_embeddings_go_out_and_come_back_as_with_the_sdk(
    recorder: Recorder, http: HttpClient
):
    vector = base64.b64encode(b"\x00\x00\x00\x3f\x00\x00\x80\xbe").decode()
    recorder.say(
        {
            "object": "list",
            "model": "text-embedding-3-small",
            "data": [{"object": "embedding", "index": 0, "embedding": vector}],
            "usage": {"prompt_tokens": 3, "total_tokens": 3},
        }
    )
    endpoint = Endpoint("openai", recorder.url, KEY)
    embedder = OpenAIEmbedder(http, endpoint, "text-embedding-3-small", deviations=OPENAI)

    mine = await embedder.embed(["hello"], dimensions=2)
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url) as client:
        theirs = await client.embeddings.create(
            model="text-embedding-3-small", input=["hello"], dimensions=2
        )

    first, second = recorder.requests
    assert first.json == second.json
    assert first.path == second.path
    assert mine.vectors[0] == theirs.data[0].embedding == [0.5, -0.25]


@pytest.mark.parametrize(("model", "stream_format"), [("tts-1", None), ("gpt-4o-mini-tts", "sse")])
async def test_speech_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, http: HttpClient, model: str, stream_format: str | None
):
    recorder.say(b"ID3sound", "audio/mpeg")
    endpoint = Endpoint("openai", recorder.url, KEY)
    more: dict[str, Any] = {} if stream_format is None else {"stream_format": stream_format}

    speech = await OpenAISpeaker(http, endpoint, model, deviations=OPENAI).speak(
        "Hello", voice="alloy", form="opus", speed=1.5
    )
    sound = b"".join([chunk async for chunk in speech.chunks])
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url) as client:
        theirs = await client.audio.speech.create(
            model=model, input="Hello", voice="alloy", response_format="opus", speed=1.5, **more
        )

    first, second = recorder.requests
    assert first.json == second.json
    assert first.path == second.path
    assert sound == theirs.content == b"ID3sound"


async def test_a_transcription_goes_out_as_the_sdk_sends_it(recorder: Recorder, http: HttpClient):
    said = {"task": "transcribe", "language": "german", "duration": 2.5, "text": "Hallo"}
    recorder.say(said)
    endpoint = Endpoint("openai", recorder.url, KEY)

    mine = await OpenAITranscriber(http, endpoint, "whisper-1", deviations=OPENAI).transcribe(
        WAV, name='größe "1".wav', media_type="audio/wav", language="de", prompt="Grüße"
    )
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url) as client:
        theirs = await client.audio.transcriptions.create(
            model="whisper-1",
            file=('größe "1".wav', WAV, "audio/wav"),
            language="de",
            prompt="Grüße",
            response_format="verbose_json",
        )

    first, second = recorder.requests
    assert first.form == second.form
    assert first.path == second.path == "/v1/audio/transcriptions"
    assert (mine.text, mine.language, mine.seconds) == (
        theirs.text,
        theirs.language,
        theirs.duration,
    )


async def test_a_translation_goes_out_as_the_sdk_sends_it(recorder: Recorder, http: HttpClient):
    recorder.say({"task": "translate", "language": "english", "duration": 2.5, "text": "Hello"})
    endpoint = Endpoint("openai", recorder.url, KEY)

    mine = await OpenAITranscriber(http, endpoint, "whisper-1", deviations=OPENAI).transcribe(
        WAV, name="a.wav", media_type="audio/wav", language="de", to_english=True
    )
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url) as client:
        with pytest.warns(DeprecationWarning, match="deprecated"):
            theirs = await client.audio.translations.create(  # pyright: ignore[reportDeprecated]  # the reference all the same
                model="whisper-1", file=("a.wav", WAV, "audio/wav"), response_format="verbose_json"
            )

    first, second = recorder.requests
    assert first.form == second.form
    assert first.path == second.path == "/v1/audio/translations"
    assert mine.text == theirs.text


async def test_any_other_server_gets_the_oldest_names(
    recorder: Recorder, connect: Connect, scope: Scope
):
    recorder.say(STREAM, "text/event-stream")
    request = question(max_tokens=10, cache_prompt=True, reasoning_effort="minimal")

    await ask(connect("llama", url=recorder.url, deviations=COMPATIBLE), scope, request)

    body = recorder.requests[0].json
    assert body["max_tokens"] == 10
    assert body["reasoning_effort"] == "low"
    assert "max_completion_tokens" not in body
    assert "prompt_cache_key" not in body


async def test_broken_arguments_go_back_wrapped(recorder: Recorder, connect: Connect, scope: Scope):
    recorder.say(STREAM, "text/event-stream")
    broken = AssistantMessage(calls=[ToolCall(id="2", name="look", arguments='{"at": ')])
    result = ToolMessage(call_id="2", name="look", text="not JSON", is_error=True)

    await ask(
        connect(url=recorder.url),
        scope,
        question(messages=[*question().messages, broken, result], tools=[LOOK]),
    )

    call = recorder.requests[0].json["messages"][1]["tool_calls"][0]
    assert call["function"]["arguments"] == '{"malformed_arguments":"{\\"at\\": "}'


async def test_a_document_of_text_is_read_by_any_model(
    recorder: Recorder, connect: Connect, scope: Scope, blobs: Blobs
):
    recorder.say(STREAM, "text/event-stream")
    part = DocumentPart(blob=await blobs.put(b"a,b\n1,2"), media_type="text/csv", name="t.csv")

    adapter = connect(url=recorder.url, deviations=KNOWN["ollama"].deviations)
    await ask(adapter, scope, question(messages=[UserMessage(parts=[part])]))

    sent = recorder.requests[0].json["messages"][0]["content"]
    assert sent == [{"type": "text", "text": '<document name="t.csv">\na,b\n1,2\n</document>'}]
