"""Our messages as the contents of a Gemini request.

Contents of one role in a row become one: results of parallel calls belong together.
"""

from collections.abc import Mapping
from typing import assert_never

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.draft import Piece, pieces
from cadre.engine.models.wires.gemini.thinking import is_third
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

# What the API itself names for calls that it did not sign: those of another model.
UNSIGNED = "skip_thought_signature_validator"

_KNOWN = ("image/", "audio/", "video/", "text/", "application/pdf")


class Contents:
    """Encodes the messages of one request for one model of one provider."""

    def __init__(self, provider: str, model: str, files: Mapping[str, bytes]) -> None:
        self._provider = provider
        self._model = model
        self._files = files

    def encode(self, request: ModelRequest) -> list[Json]:
        contents: list[dict[str, Json]] = []
        for message in request.messages:
            parts = self._parts(message)
            role = "model" if isinstance(message, AssistantMessage) else "user"
            if parts and contents and contents[-1]["role"] == role:
                contents[-1]["parts"] += parts
            elif parts:
                contents.append({"role": role, "parts": parts})
        return list(contents)

    def _parts(self, message: Message) -> list[Json]:
        match message:
            case SystemMessage():
                return []
            case UserMessage():
                return [self._part(part) for part in message.parts if not _is_blank(part)]
            case AssistantMessage():
                return self._written(message)
            case ToolMessage():
                return [_result(message)]
            case _:
                assert_never(message)

    def _part(self, part: Part) -> Json:
        match part:
            case TextPart():
                return {"text": part.text}
            case ImagePart() | DocumentPart() | AudioPart():
                return {"inlineData": self._inline(part)}
            case _:
                assert_never(part)

    def _inline(self, part: ImagePart | DocumentPart | AudioPart) -> Json:
        if not part.media_type.startswith(_KNOWN):
            raise ModelRefused(
                f"{self._provider} can't be sent {part.media_type}. "
                "It takes pictures, sound, PDF and text."
            )
        return {"mimeType": part.media_type, "data": base64_text(self._files[part.blob])}

    def _written(self, message: AssistantMessage) -> list[Json]:
        written = pieces(message, self._provider, self._model)
        parts = [_piece(piece) for piece in written if piece.text or piece.call or piece.sealed]
        calls = [part for part in parts if "functionCall" in part]
        is_signed = any("thoughtSignature" in part for part in calls)
        if calls and not is_signed and is_third(self._model):
            calls[0]["thoughtSignature"] = UNSIGNED
        return [*parts]


def system_instruction(request: ModelRequest, *more: str) -> Json:
    """All system messages and what is said beside them, or None."""
    texts = [m.text for m in request.messages if isinstance(m, SystemMessage) and m.text.strip()]
    texts += more
    return {"parts": [{"text": text} for text in texts]} if texts else None


def _piece(piece: Piece) -> dict[str, Json]:
    sealed = piece.sealed or {}
    if piece.call is None:
        return {"text": piece.text, **sealed}
    call = {
        "id": piece.call.id,
        "name": piece.call.name,
        "args": arguments_object(piece.call),
    }
    return {"functionCall": call, **sealed}


def _result(message: ToolMessage) -> Json:
    said = {"error" if message.is_error else "output": message.text}
    return {"functionResponse": {"id": message.call_id, "name": message.name, "response": said}}


def _is_blank(part: Part) -> bool:
    return isinstance(part, TextPart) and not part.text
