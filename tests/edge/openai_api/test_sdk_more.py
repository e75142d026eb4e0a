"""OpenAI's official client, unmodified: responses, embeddings, audio, models."""

import base64
import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.edge.openai_api.test_sdk_chat import CALLS, MODELS, SAID, all_tasks, fixture
from tests.engine.models.wires.aimock import Aimock

LOOK: Any = {
    "type": "function",
    "name": "look",
    "description": "Look at something.",
    "parameters": {
        "type": "object",
        "properties": {"at": {"type": "string"}},
        "required": ["at"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Person(BaseModel):
    name: str


@pytest.mark.parametrize("model", MODELS)
async def test_a_response_is_made(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "reasoning": "let me think"}))

    async with gateway.openai() as client:
        response = await client.responses.create(
            model=model, instructions="Be kind.", input="How are you?", metadata={"a": "b"}
        )

    assert response.output_text == SAID
    assert response.status == "completed"
    assert response.output[-1].type == "message"
    assert response.metadata == {"a": "b"}
    assert response.usage is not None


@pytest.mark.parametrize("model", MODELS)
async def test_a_response_is_streamed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "reasoning": "let me think"}))

    async with (
        gateway.openai() as client,
        client.responses.stream(model=model, input="How are you?") as stream,
    ):
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()

    assert response.output_text == SAID
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.delta") > 2


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
async def test_calls_of_a_response_and_their_results_go_round(
    gateway: Gateway, aimock: Aimock, model: str, is_stream: bool
):
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": CALLS}},
        {"match": {"toolResultContains": "a dog"}, "response": {"content": "A cat and a dog."}},
    )
    said: list[Any] = [{"role": "user", "content": "What is there?"}]

    async with gateway.openai() as client:
        if is_stream:
            async with client.responses.stream(model=model, input=said, tools=[LOOK]) as stream:
                wanted: Any = await stream.get_final_response()
        else:
            wanted = await client.responses.create(model=model, input=said, tools=[LOOK])
        calls = [item for item in wanted.output if item.type == "function_call"]
        said += [item.model_dump(exclude_none=True, mode="json") for item in calls]
        for call, answer in zip(calls, ("a cat", "a dog"), strict=True):
            output = {"type": "function_call_output", "call_id": call.call_id, "output": answer}
            said.append(output)
        final = await client.responses.create(model=model, input=said, tools=[LOOK])

    assert [json.loads(call.arguments) for call in calls] == [call["arguments"] for call in CALLS]
    assert final.output_text == "A cat and a dog."


@pytest.mark.parametrize("model", MODELS)
async def test_a_response_by_schema_is_parsed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": '{"name":"Ada"}'}))

    async with gateway.openai() as client:
        response = await client.responses.parse(model=model, input="Who?", text_format=Person)

    assert response.output_parsed == Person(name="Ada")


async def test_a_response_that_needs_kept_ones_is_refused(gateway: Gateway):
    async with gateway.openai() as client:
        with pytest.raises(openai.BadRequestError, match="not kept here") as caught:
            await client.responses.create(model=MODELS[0], input="x", previous_response_id="resp_1")

    assert (caught.value.code, caught.value.param) == ("not_supported", "previous_response_id")


@pytest.mark.parametrize("model", MODELS)
async def test_closing_a_response_ends_the_call_upstream(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(fixture({"content": "word " * 2000}, latency=20))
    before = all_tasks()

    async with gateway.openai() as client:
        stream = await client.responses.create(model=model, input="x", stream=True)
        async for event in stream:
            if event.type == "response.output_text.delta":
                break
        await stream.close()

    await nothing_left(before)


@pytest.mark.parametrize("form", ["float", "base64"])
async def test_texts_are_embedded(gateway: Gateway, aimock: Aimock, form: Any):
    vector, model = [0.1, -0.2, 0.3], "openai:text-embedding-3-small"
    await aimock.say({"match": {"inputText": "cat"}, "response": {"embedding": vector}})

    async with gateway.openai() as client:
        found = await client.embeddings.create(
            model=model, input=["a cat", "the cat"], encoding_format=form
        )
        one = await client.embeddings.create(model=model, input="a cat")

    assert [item.index for item in found.data] == [0, 1]
    assert one.data[0].embedding == pytest.approx(vector, abs=1e-6)
    if form == "float":
        assert found.data[1].embedding == pytest.approx(vector, abs=1e-6)
    else:
        assert len(base64.b64decode(str(found.data[1].embedding))) == 12


@pytest.mark.parametrize("given", [[], "", ["a", ""], [1, 2, 3], 5])
async def test_a_wrong_input_of_embeddings_is_named(gateway: Gateway, given: Any):
    async with gateway.openai() as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.embeddings.create(model="openai:text-embedding-3-small", input=given)

    assert caught.value.param == "input"


async def test_text_is_read_aloud(gateway: Gateway, aimock: Aimock):
    sound = base64.b64encode(b"ID3" + bytes(range(256)) * 200).decode()
    await aimock.say({"match": {"endpoint": "speech"}, "response": {"audio": sound}})

    async with gateway.openai() as client:
        answer = await client.audio.speech.create(model="openai:tts-1", voice="alloy", input="Hi")
        async with client.audio.speech.with_streaming_response.create(
            model="openai:tts-1", voice="alloy", input="Hi", response_format="wav", speed=1.5
        ) as streamed:
            pieces = [piece async for piece in streamed.iter_bytes()]

    assert base64.b64encode(answer.content).decode() == sound
    assert base64.b64encode(b"".join(pieces)).decode() == sound


async def test_speech_is_written_down(gateway: Gateway, aimock: Aimock):
    heard = {"transcription": {"text": "hello there", "language": "english", "duration": 1.5}}
    await aimock.say(
        {"match": {"endpoint": "transcription"}, "response": heard},
        {"match": {"endpoint": "translation"}, "response": heard},
    )
    sound = ("a.wav", b"RIFF" + bytes(range(256)) * 100, "audio/wav")
    model = "openai:gpt-4o-transcribe"

    async with gateway.openai() as client:
        listen = client.audio.transcriptions.create
        whole = await listen(model=model, file=sound, language="en", prompt="A greeting.")
        text: Any = await listen(model=model, file=sound, response_format="text")
        stream: Any = await listen(model=model, file=sound, stream=True)
        events = [event async for event in stream]
        verbose: Any = await listen(
            model="openai:whisper-1", file=sound, response_format="verbose_json"
        )

    assert whole.text == verbose.text == "hello there"
    assert str(text).strip() == "hello there"
    assert [event.type for event in events] == ["transcript.text.delta", "transcript.text.done"]
    assert {entry["path"] for entry in await aimock.journal()} == {"/v1/audio/transcriptions"}


async def test_speech_is_translated(gateway: Gateway, aimock: Aimock):
    heard = {"transcription": {"text": "hello there"}}
    await aimock.say({"match": {"endpoint": "translation"}, "response": heard})
    sound = {"file": ("a.wav", b"RIFF1234", "audio/wav")}

    async with gateway.plain() as client:  # the official client calls its method deprecated
        answer = await client.post(
            "/v1/audio/translations", files=sound, data={"model": "openai:whisper-1"}
        )

    assert answer.json()["text"] == "hello there"
    assert (await aimock.journal())[-1]["path"] == "/v1/audio/translations"


async def test_a_form_without_a_file_is_refused(gateway: Gateway):
    async with gateway.plain() as client:
        answers = [
            await client.post("/v1/audio/transcriptions", data={"model": "openai:whisper-1"}),
            await client.post(
                "/v1/audio/transcriptions",
                content=b"--x\r\nbroken",
                headers={"Content-Type": "multipart/form-data; boundary=x"},
            ),
            await client.post(
                "/v1/audio/transcriptions",
                files={"file": ("a.wav", b"x", "audio/wav")},
            ),
        ]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert answers[2].json()["error"]["param"] == "model"


async def test_models_are_listed(gateway: Gateway):
    async with gateway.openai() as client:
        names = [model.id async for model in client.models.list()]
        one = await client.models.retrieve("agent:assistant")
        with pytest.raises(openai.NotFoundError, match="agent:assistant"):
            await client.models.retrieve("agent:assistent")

    assert "auto" in names
    assert one.id == "agent:assistant" in names
    assert one.owned_by == "cadre"
