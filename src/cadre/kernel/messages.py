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
    """`blob` is a content hash in the blob store; adapters inline it."""

    type: Literal["image"] = "image"
    blob: str
    media_type: str


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


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


class AssistantMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    text: str = ""
    reasoning: str = ""
    calls: list[ToolCall] = Field(default_factory=list[ToolCall])


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
    """Tokens of one call. `cost_usd` is None where the price is unknown, never 0 for that."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal | None = None


class ModelRequest(BaseModel):
    """One call. `model` is a catalog or virtual name; `max_tokens` bounds the answer."""

    model: str
    messages: list[Message]
    tools: list[ToolSpec] = Field(default_factory=list[ToolSpec])
    temperature: float | None = None
    max_tokens: int | None = None


StopReason = Literal["end", "tool_calls", "length", "refused", "cancelled"]


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
