"""Messages: what is said to a model and what it answers, in no provider's dialect.

Adapters translate these to a provider's wire and back; everything else (agents, the journal,
the console) speaks only this. All models are JSON: `model_dump(mode="json")` is what
the journal holds.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Json = Any  # what json.loads can return


class TextPart(BaseModel):
    type: Literal["text"] = "text"
    text: str


class ImagePart(BaseModel):
    """`blob` is a content hash in the blob store; adapters inline it.

    `is_optional`: it is named in the text too, and a model that can't see is asked without it.
    """

    type: Literal["image"] = "image"
    blob: str
    media_type: str
    is_optional: bool = False


class DocumentPart(BaseModel):
    """A file that the model itself reads, such as a PDF; `blob` and `is_optional` as with images."""

    type: Literal["document"] = "document"
    blob: str
    media_type: str
    name: str = "document"
    is_optional: bool = False


class AudioPart(BaseModel):
    """Sound that the model itself hears; `blob` as with images."""

    type: Literal["audio"] = "audio"
    blob: str
    media_type: str


Part = Annotated[TextPart | ImagePart | DocumentPart | AudioPart, Field(discriminator="type")]


class ToolCall(BaseModel):
    """A model's wish to have a tool act. `arguments` is the raw text that it wrote.

    The text may be malformed JSON: parsing is the gate's work, so that the model sees its
    own mistake.
    """

    id: str
    name: str
    arguments: str


class SystemMessage(BaseModel):
    role: Literal["system"] = "system"
    text: str


class UserMessage(BaseModel):
    role: Literal["user"] = "user"
    parts: list[Part]


class Citation(BaseModel):
    """Where a provider says that a part of its answer comes from."""

    url: str
    title: str = ""
    text: str = ""


class AssistantMessage(BaseModel):
    """`state` is what the provider `state["provider"]` wants back unread in the next request.

    Signed thoughts, for example; any other provider's adapter leaves it out.
    """

    role: Literal["assistant"] = "assistant"
    text: str = ""
    reasoning: str = ""
    calls: list[ToolCall] = Field(default_factory=list[ToolCall])
    citations: list[Citation] = Field(default_factory=list[Citation])
    state: dict[str, Json] | None = None


class ToolMessage(BaseModel):
    """A tool's answer to the call with id `call_id`."""

    role: Literal["tool"] = "tool"
    call_id: str
    name: str
    text: str
    is_error: bool = False


Message = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")
]


class ToolSpec(BaseModel):
    """A tool as a model sees it. `parameters` is a JSON Schema of an object."""

    name: str
    description: str
    parameters: dict[str, Json]


class Usage(BaseModel):
    """What one call used. `cost_usd` is None where the price is unknown, never 0 for that.

    `cached_tokens`, `cache_write_tokens` and `audio_input_tokens` are part of `input_tokens`;
    `reasoning_tokens` and `audio_output_tokens` are part of `output_tokens`.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    audio_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    audio_output_tokens: int = 0
    characters: int = 0
    seconds: float = 0.0
    images: int = 0
    searches: int = 0
    cost_usd: Decimal | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; with a cost that is not known the sum's is not known either."""
        mine, theirs = self.model_dump(exclude={"cost_usd"}), other.model_dump()
        cost = (
            None
            if self.cost_usd is None or other.cost_usd is None
            else self.cost_usd + other.cost_usd
        )
        return Usage(**{name: mine[name] + theirs[name] for name in mine}, cost_usd=cost)


class AnswerFormat(BaseModel):
    """The answer has to be JSON; with `json_schema`, of that shape."""

    name: str = "answer"
    json_schema: dict[str, Json] | None = None
    strict: bool = True


ReasoningEffort = Literal["none", "minimal", "low", "medium", "high"]


class ModelRequest(BaseModel):
    """One call. `model` is a catalog or virtual name; `max_tokens` bounds the answer.

    `tool_choice` is "auto", "none", "required" or the name of a tool. `cache_prompt` marks the
    stable beginning (system message and tools) for the provider's prompt cache, where it has one.
    `files` holds blobs that are in no blob store: they are gone with the call.
    """

    model: str
    messages: list[Message]
    tools: list[ToolSpec] = Field(default_factory=list[ToolSpec])
    tool_choice: str = "auto"
    parallel_calls: bool | None = None
    answer_format: AnswerFormat | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] = Field(default_factory=list[str])
    seed: int | None = None
    max_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    cache_prompt: bool = False
    files: dict[str, bytes] = Field(default_factory=dict[str, bytes], exclude=True, repr=False)


StopReason = Literal["end", "tool_calls", "length", "stop_sequence", "refused", "cancelled"]


class ModelReply(BaseModel):
    """The whole answer; `model` is the name of the model that really answered."""

    message: AssistantMessage
    usage: Usage
    stop: StopReason
    model: str


class TextDelta(BaseModel):
    type: Literal["text"] = "text"
    text: str


class ReasoningDelta(BaseModel):
    type: Literal["reasoning"] = "reasoning"
    text: str


class CallDelta(BaseModel):
    """A piece of a tool call: `id` and `name` come once, `arguments` in pieces."""

    type: Literal["call"] = "call"
    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class ReplyDone(BaseModel):
    """The last item of every stream that did not raise."""

    type: Literal["done"] = "done"
    reply: ModelReply


Delta = TextDelta | ReasoningDelta | CallDelta | ReplyDone
