"""What wires need of a request and of a model's name: files, arguments, the number in it."""

import re
from base64 import b64encode
from collections.abc import Iterator

import orjson

from cadre.infra.blobs import Blobs
from cadre.kernel.ids import BlobId
from cadre.kernel.messages import (
    AudioPart,
    DocumentPart,
    ImagePart,
    Json,
    ModelRequest,
    TextPart,
    ToolCall,
    UserMessage,
)
from cadre.kernel.values import is_object

MALFORMED = "malformed_arguments"


async def inlined(blobs: Blobs, request: ModelRequest) -> dict[str, bytes]:
    """The content of every blob that the request speaks of, by its id."""
    wanted, held = {part.blob for part in _files(request)}, request.files
    return {blob: held[blob] if blob in held else await blobs.get(BlobId(blob)) for blob in wanted}


def base64_text(content: bytes) -> str:
    return b64encode(content).decode()


def arguments_object(call: ToolCall) -> dict[str, Json]:
    """The arguments of a call in our history; broken ones wrapped, as no provider takes text."""
    try:
        parsed: Json = orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        parsed = None
    if is_object(parsed):
        return parsed
    return {MALFORMED: call.arguments.encode("utf-8", "replace").decode()}


def version_of(name: str, pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """Major and minor number in a model's name, by the groups `major` and `minor`."""
    found = pattern.search(name)
    if found is None:
        return None
    return int(found["major"]), int(found["minor"] or 0)


def _files(request: ModelRequest) -> Iterator[ImagePart | DocumentPart | AudioPart]:
    for message in request.messages:
        if isinstance(message, UserMessage):
            yield from (part for part in message.parts if not isinstance(part, TextPart))
