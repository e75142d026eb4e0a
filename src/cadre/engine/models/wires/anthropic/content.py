"""Our messages as the turns of a Messages request.

Turns of one role in a row become one, and results of calls come first in theirs, as the
wire demands. Nothing blank is sent: empty text is refused.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import assert_never

import orjson

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.draft import Piece, pieces
from cadre.engine.models.wires.parts import arguments_object, base64_text
from cadre.kernel.messages import (
    AssistantMessage,
    AudioPart,
    DocumentPart,
    ImagePart,
    Json,
    Message,
    ModelRequest,
    Part,
    SystemMessage,
    TextPart,
    ToolMessage,
    UserMessage,
)

_IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp"}
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")

Block = dict[str, Json]


class Turns:
    """Encodes the messages of one request for one model of one provider."""

    def __init__(
        self, provider: str, model: str, files: Mapping[str, bytes], *, binds_thoughts: bool
    ) -> None:
        """`binds_thoughts`: send thoughts back only behind what they were thought about."""
        self._provider = provider
        self._model = model
        self._files = files
        self._binds_thoughts = binds_thoughts

    def encode(self, request: ModelRequest) -> list[Json]:
        turns: list[dict[str, Json]] = []
        prefix = Prefix(request) if self._binds_thoughts and _has_state(request) else None
        for message in request.messages:
            if isinstance(message, SystemMessage):
                continue
            role = "assistant" if isinstance(message, AssistantMessage) else "user"
            blocks = self._blocks(message, prefix.digest() if prefix else None)
            if blocks and turns and turns[-1]["role"] == role:
                turns[-1]["content"] += blocks
            elif blocks:
                turns.append({"role": role, "content": blocks})
            if prefix:
                prefix.add(message)
        return list(turns)

    def _blocks(self, message: Message, before: str | None) -> list[Block]:
        match message:
            case SystemMessage():
                return []
            case UserMessage():
                return [block for part in message.parts if (block := self._part(part))]
            case AssistantMessage():
                written = pieces(message, self._provider, self._model, before)
                return [block for piece in written if (block := _piece(piece))]
            case ToolMessage():
                return [_result(message)]
            case _:
                assert_never(message)

    def _part(self, part: Part) -> Block | None:
        match part:
            case TextPart():
                return _text(part.text)
            case ImagePart():
                return {"type": "image", "source": self._source(part, _IMAGES)}
            case DocumentPart():
                return self._document(part)
            case AudioPart():
                raise ModelRefused(
                    f"{self._provider} can't be sent sound ({part.media_type}). "
                    "Take a model that hears, or send the text of it."
                )
            case _:
                assert_never(part)

    def _document(self, part: DocumentPart) -> Block:
        if part.media_type.startswith("text/"):
            text = self._files[part.blob].decode("utf-8", "replace")
            source: Block = {"type": "text", "media_type": "text/plain", "data": text}
        else:
            source = self._source(part, {"application/pdf"})
        return {"type": "document", "source": source, "title": part.name}

    def _source(self, part: ImagePart | DocumentPart, known: set[str]) -> Block:
        if part.media_type not in known:
            raise ModelRefused(
                f"{self._provider} can't be sent {part.media_type}. "
                f"It takes {', '.join(sorted(known))}."
            )
        data = base64_text(self._files[part.blob])
        return {"type": "base64", "media_type": part.media_type, "data": data}


class Prefix:
    """A digest of the conversation up to some message, without what providers keep in it."""

    def __init__(self, request: ModelRequest) -> None:
        """Starts behind the system messages and tools, which come before all turns."""
        self._hash = blake2b(digest_size=12)
        for message in request.messages:
            if isinstance(message, SystemMessage):
                self.add(message)
        self._hash.update(orjson.dumps([tool.model_dump() for tool in request.tools]))

    def add(self, message: Message) -> None:
        self._hash.update(orjson.dumps(message.model_dump(exclude={"state"})))

    def digest(self) -> str:
        return self._hash.hexdigest()


def prefix_of(request: ModelRequest) -> str:
    """The digest of all that the answer to `request` will come after."""
    prefix = Prefix(request)
    for message in request.messages:
        if not isinstance(message, SystemMessage):
            prefix.add(message)
    return prefix.digest()


def begins_with_thoughts(turns: list[Json]) -> bool:
    """Whether the tool loop that the request is in the middle of, if it is, began with thoughts."""
    for turn in reversed(turns):
        if turn["role"] == "assistant":
            return turn["content"][0]["type"] in {"thinking", "redacted_thinking"}
        if not any(block["type"] == "tool_result" for block in turn["content"]):
            return True
    return True


def _has_state(request: ModelRequest) -> bool:
    return any(
        isinstance(message, AssistantMessage) and message.state for message in request.messages
    )


def _piece(piece: Piece) -> Block | None:
    if piece.call is not None:
        return {
            "type": "tool_use",
            "id": _id(piece.call.id),
            "name": piece.call.name,
            "input": arguments_object(piece.call),
        }
    return piece.sealed or _text(piece.text)


def _result(message: ToolMessage) -> Block:
    block: Block = {
        "type": "tool_result",
        "tool_use_id": _id(message.call_id),
        "content": message.text,
    }
    if message.is_error:
        block["is_error"] = True
    return block


def _text(text: str) -> Block | None:
    return {"type": "text", "text": text} if text.strip() else None


def _id(call_id: str) -> str:
    """Ids of calls that other providers made may hold signs that this one refuses."""
    return _NOT_IN_ID.sub("_", call_id) or "_"


def system_blocks(request: ModelRequest) -> Iterator[Block]:
    for message in request.messages:
        if isinstance(message, SystemMessage) and (block := _text(message.text)):
            yield block
