"""How a provider's words differ from OpenAI's: data that the wire reads, never code.

A feature that the provider lacks is refused by name where leaving it out would change what
the answer means (a stop sequence, a forced tool, a schema). Only wishes about how the model
samples or thinks are left out: the answer is still an answer to the same question.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from cadre.kernel.messages import (
    AudioPart,
    DocumentPart,
    ImagePart,
    Json,
    Message,
    ModelRequest,
    Part,
    ReasoningEffort,
    ToolMessage,
    UserMessage,
)

Feature = Literal[
    "tools",
    "required_tool",
    "named_tool",
    "parallel_calls",
    "answer_format",
    "json_schema",
    "stop",
    "images",
    "documents",
    "audio",
]
Wish = Literal["temperature", "top_p", "seed", "parallel_calls"]
ErrorKind = Literal["auth", "limited", "no_credit", "too_long", "refused", "busy", "broken"]
Efforts = Mapping[ReasoningEffort, Mapping[str, Json]]

_EFFORTS: tuple[ReasoningEffort, ...] = ("none", "minimal", "low", "medium", "high")


def efforts(**names: str) -> Efforts:
    """`reasoning_effort` under the provider's names: `efforts(minimal="low", low="low")`."""
    return {own: {"reasoning_effort": names[own]} for own in _EFFORTS if own in names}


OPENAI_EFFORTS = efforts(none="none", minimal="minimal", low="low", medium="medium", high="high")


@dataclass(frozen=True, slots=True)
class Deviations:
    """The defaults are what nearly every compatible server understands.

    `families` are the exceptions among the models of one provider: the first pattern that is
    found in the model's name replaces all of this.
    """

    # Which of OpenAI's two APIs answers.
    speaks: Literal["chat", "responses"] = "chat"
    responses_path: str = "responses"
    # Whether thoughts come encrypted and want to go back.
    keeps_thoughts: bool = False
    # What the provider itself does on the way, if it is asked to.
    own_tools: tuple[Mapping[str, Json], ...] = ()
    format_as: Literal["text", "response_format"] = "text"
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    has_stream_options: bool = True
    streams_schemas: bool = True
    refuses: frozenset[Feature] = frozenset()
    leaves_out: frozenset[Wish] = frozenset()
    # Newer OpenAI models sample by wish only while they are told not to think.
    samples_only_unreasoned: bool = False
    highest_temperature: float | None = None
    efforts: Efforts = field(default_factory=lambda: OPENAI_EFFORTS)
    always: Mapping[str, Json] = field(default_factory=dict[str, Json])
    # What an answer in JSON needs beside its format, in place of an effort.
    with_answer_format: Mapping[str, Json] = field(default_factory=dict[str, Json])
    has_json_object: bool = True
    alternates_roles: bool = False
    # The flag by which a last message of the assistant's is continued, not answered.
    continues_by: str | None = None
    # The field in which the assistant's earlier reasoning goes back.
    reasoning_back: str | None = None
    cache: Literal["key", "marks"] | None = None
    audio_as: Literal["base64", "data_url"] = "base64"
    document_as: Literal["file", "file_url"] = "file"
    inlines_thinking: bool = True
    searches_each_time: bool = False
    reports_cost: bool = False
    embeddings_path: str = "embeddings"
    embeds_at_once: int = 2048
    embeds_as: Literal["float", "base64", "base64_int8"] = "float"
    tells_speech_usage: bool = False
    error_words: Mapping[str, ErrorKind] = field(default_factory=dict[str, ErrorKind])
    families: tuple[tuple[str, "Deviations"], ...] = ()

    def of(self, model: str) -> "Deviations":
        """Those of one model."""
        family = _family(tuple(pattern for pattern, _ in self.families), model)
        return self if family is None else self.families[family][1]

    def refused(self, request: ModelRequest) -> Feature | None:
        """A feature that `request` needs and this model lacks."""
        if not self.refuses:
            return None
        return next((used for used in features(request) if used in self.refuses), None)


OPENAI_LIKE = Deviations()


@lru_cache(4096)
def _family(patterns: tuple[str, ...], model: str) -> int | None:
    """The number of the first pattern that is found in the name."""
    found = (i for i, each in enumerate(patterns) if re.search(each, model, re.IGNORECASE))
    return next(found, None)


def features(request: ModelRequest) -> Iterator[Feature]:
    """What `request` can't do without."""
    if request.tools and request.tool_choice != "none":
        yield "tools"
        if request.tool_choice == "required":
            yield "required_tool"
        elif request.tool_choice != "auto":
            yield "named_tool"
        if request.parallel_calls is False:
            yield "parallel_calls"
    if request.answer_format is not None:
        yield "answer_format"
        if request.answer_format.json_schema is not None:
            yield "json_schema"
    if request.stop:
        yield "stop"
    for message in request.messages:
        yield from _features_of(message)


def is_text(media_type: str) -> bool:
    """Whether a document of this type can be read by any model, as text."""
    essence = media_type.split(";", maxsplit=1)[0].strip().lower()
    return essence.startswith("text/") or essence in {"application/json", "application/xml"}


def _features_of(message: Message) -> Iterator[Feature]:
    if isinstance(message, ToolMessage):
        yield "tools"
    if isinstance(message, UserMessage):
        kinds: list[Feature | None] = [_kind(part) for part in message.parts]
        yield from filter(None, kinds)


def _kind(part: Part) -> Feature | None:
    match part:
        case ImagePart():
            return "images"
        case DocumentPart():
            return None if is_text(part.media_type) else "documents"
        case AudioPart():
            return "audio"
        case _:
            return None
