"""Pictures that a call brings along are with the model, and nowhere else afterwards."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from tests.edge.gateway.test_sealing import DONE, GEMINI
from tests.edge.openai_api.gateway import Gateway
from tests.engine.models.wires.raw_server import Answer, RawServer

PICTURE = b64encode(b"\x89PNG\r\n\x1a\nnot really").decode()


async def test_a_picture_is_gone_with_the_call(raw: Gateway, upstream: RawServer, tmp_path: Path):
    upstream.say(Answer(DONE))
    messages: Any = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
            ],
        }
    ]

    async with raw.openai() as client:
        answer = await client.chat.completions.create(model=GEMINI, messages=messages)

    assert answer.choices[0].message.content == "A cat."
    assert PICTURE in str(upstream.requests[-1].body)
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
