"""Sealing: what a provider wants back unread travels with the client, in its dialect's own slot.

Dialects have a place for such bytes (a signature of thoughts, encrypted content) that clients send back
as it is. A seal is ours, and means nothing to any provider: a request that holds one is translated.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from cadre.kernel.messages import Json

_BEGIN = b"cadre:sealed:1:"  # of a length that base64 encodes by itself; long is quick to look for
_MARK = b64encode(_BEGIN).decode()
_IN_JSON = f'"{_MARK}'.encode()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: int | None = None
    call: str | None = None
    sealed: dict[str, Json] | None = None


class _InOrder(BaseModel):
    """What the wires of Anthropic and Gemini keep."""

    model_config = ConfigDict(extra="forbid", strict=True)

    provider: str
    model: str
    after: str | None
    order: list[_Entry]


class _Thought(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    type: Literal["reasoning"]


class _Thoughts(BaseModel):
    """What the wire of OpenAI's Responses keeps."""

    model_config = ConfigDict(extra="forbid", strict=True)

    provider: str
    thoughts: list[_Thought]


class _Seal(BaseModel):
    state: _InOrder | _Thoughts | None


def sealed(state: dict[str, Json] | None) -> str:
    """`state` of a message as text that a client sends back."""
    return b64encode(_BEGIN + orjson.dumps({"state": state})).decode()


def unsealed(text: str) -> dict[str, Json] | None:
    """The state that `text` holds; None if it is another's, or was changed on the way."""
    if not text.startswith(_MARK):
        return None
    try:
        said = b64decode(text.translate({45: 43, 95: 47}), validate=True).removeprefix(_BEGIN)
        found = _Seal.model_validate_json(said).state
    except (Base64Error, ValueError, ValidationError):
        return None
    return None if found is None else found.model_dump(exclude_unset=True)


def is_sealed(raw: bytes) -> bool:
    """Whether a body holds a seal."""
    return _IN_JSON in raw
