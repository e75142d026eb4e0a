"""Ask: what routing knows of a call before it is made.

Tokens are estimated as a quarter of the UTF-8 bytes, like everywhere in cadre: close for prose
and code, high for other scripts, and the same on every machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

import orjson

from cadre.engine.models.card import Kind
from cadre.kernel.messages import (
    AssistantMessage,
    DocumentPart,
    ImagePart,
    Message,
    ModelRequest,
    Part,
    SystemMessage,
    TextPart,
    ToolMessage,
    ToolSpec,
    UserMessage,
)
from cadre.trust.budgets import Spender

TEXT_CHARACTERS = 4_000
EXPECTED_OUTPUT_TOKENS = 500
_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4
_ATTACHMENT_TOKENS = 1_000

_REQUEST = (
    "tokens",
    "messages",
    "tools",
    "has_images",
    "has_documents",
    "has_audio",
    "wants_json",
    "wants_reasoning",
    "max_tokens",
    "text",
)
_SCOPE = ("org", "project", "environment", "principal_kind", "principal_id")
_FIELDS = {"request": _REQUEST, "scope": _SCOPE}
NAMES = frozenset({*(f"{root}.{name}" for root in _FIELDS for name in _FIELDS[root])}) | {
    "agent",
    "via",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """`tokens` is the estimated input, `text` the last user's words, cut at 4,000 characters.

    `max_tokens` is None where the caller set no bound; conditions see 0 for that. With
    `may_leave_files` a model may answer that can't see the images or documents.
    """

    tokens: int = 0
    messages: int = 1
    tools: int = 0
    has_images: bool = False
    has_documents: bool = False
    has_audio: bool = False
    wants_json: bool = False
    wants_reasoning: bool = False
    max_tokens: int | None = None
    text: str = ""
    kind: Kind = "chat"
    org: str = ""
    project: str = ""
    environment: str = ""
    principal_kind: str = "user"
    principal_id: str = ""
    agent: str = ""
    via: str = "run"
    may_leave_files: bool = False

    @classmethod
    def by(cls, spender: Spender, **described: Any) -> Self:
        """What is `described`, asked on `spender`'s account."""
        scope = spender.scope
        return cls(
            org=scope.org,
            project=scope.project,
            environment=scope.environment,
            principal_kind=scope.principal.kind,
            principal_id=scope.principal.id,
            agent=spender.agent or "",
            via=spender.via,
            **described,
        )

    def without_files(self) -> "Ask":
        """The same for a model that is not shown the files."""
        return replace(self, has_images=False, has_documents=False, may_leave_files=False)

    @property
    def capabilities(self) -> frozenset[str]:
        """What a model must be able to, to answer at all."""
        asked = (
            self.has_images,
            self.has_documents,
            self.has_audio,
            self.tools > 0,
            self.wants_json,
        )
        return _capabilities(asked)

    @property
    def output_tokens(self) -> int:
        """How long the answer is expected to be, for an estimate of its price."""
        if self.kind != "chat":
            return 0
        return min(self.max_tokens or EXPECTED_OUTPUT_TOKENS, EXPECTED_OUTPUT_TOKENS)

    def variables(self, names: Iterable[str]) -> Mapping[str, Any]:
        """The values of `names`, as conditions read them; no others, for handing over is dear."""
        found: dict[str, Any] = {}
        for name in names:
            root, _, rest = name.partition(".")
            if root in _FIELDS:
                fields = (rest.partition(".")[0],) if rest else _FIELDS[root]
                values = found.setdefault(root, {})
                values.update({field: self._value(field) for field in fields})
            else:
                found[root] = getattr(self, root)
        return found

    def _value(self, field: str) -> str | int | bool:
        value = getattr(self, field, None)
        return 0 if value is None else value


@cache
def _capabilities(asked: tuple[bool, ...]) -> frozenset[str]:
    names = ("vision", "documents", "audio", "tools", "structured_output")
    return frozenset(name for name, is_asked in zip(names, asked, strict=True) if is_asked)


def ask_of(request: ModelRequest, spender: Spender) -> Ask:
    """What `request`, made on `spender`'s account, asks for."""
    files = [
        part
        for message in request.messages
        if isinstance(message, UserMessage)
        for part in message.parts
        if not isinstance(part, TextPart)
    ]
    kinds = {part.type for part in files}
    return Ask.by(
        spender,
        tokens=sum(map(_tokens_of, request.messages)) + sum(map(_tool_tokens, request.tools)),
        messages=len(request.messages),
        tools=len(request.tools),
        has_images="image" in kinds,
        has_documents="document" in kinds,
        has_audio="audio" in kinds,
        wants_json=request.answer_format is not None,
        wants_reasoning=request.reasoning_effort not in {None, "none"},
        max_tokens=request.max_tokens,
        text=_last_words(request.messages),
        may_leave_files=bool(files) and all(map(is_optional, files)),
    )


def is_optional(part: Part) -> bool:
    """Whether a model that can't take `part` in may be asked without it."""
    return isinstance(part, ImagePart | DocumentPart) and part.is_optional


def _last_words(messages: list[Message]) -> str:
    for message in reversed(messages):
        if isinstance(message, UserMessage):
            words = "\n".join(part.text for part in message.parts if isinstance(part, TextPart))
            return _whole(words[:TEXT_CHARACTERS])
    return ""


def _whole(text: str) -> str:
    """`text` without half characters, which are no text to the expression language."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _tokens_of(message: Message) -> int:
    match message:
        case SystemMessage() | ToolMessage():
            return _estimate(message.text) + _MESSAGE_TOKENS
        case AssistantMessage():
            calls = sum(_estimate(call.name) + _estimate(call.arguments) for call in message.calls)
            return _estimate(message.text) + calls + _MESSAGE_TOKENS
        case UserMessage():
            return sum(map(_part_tokens, message.parts)) + _MESSAGE_TOKENS


def _part_tokens(part: Part) -> int:
    return _estimate(part.text) if isinstance(part, TextPart) else _ATTACHMENT_TOKENS


def _tool_tokens(tool: ToolSpec) -> int:
    size = len(orjson.dumps(tool.parameters)) // _BYTES_PER_TOKEN
    return _estimate(tool.name) + _estimate(tool.description) + size


def _estimate(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return -(-size // _BYTES_PER_TOKEN)
