"""/v1/chat/completions: one chat completion that was asked for."""

from cadre.edge.gateway import Question, Whole, Words, Writer
from cadre.edge.openai_api.chat.passing import SERVER, ChunkPassage, is_cut
from cadre.edge.openai_api.chat.reply import ChunkWriter, completion
from cadre.edge.openai_api.chat.request import read_request
from cadre.edge.openai_api.facts import ask_of
from cadre.engine.models import Passing
from cadre.infra.asgi import Exchange, Fields

_WORDS = Words(
    name="openai.chat",
    ask=ask_of,
    read=read_request,
    wire="openai",
    answer="a chat completion",
    server=SERVER,
    told_on=tuple(
        f"x-ratelimit-{what}-{of}"
        for what in ("limit", "remaining", "reset")
        for of in ("requests", "tokens")
    ),
    is_answer=lambda said: "choices" in said,
    is_cut=lambda said: is_cut(said["choices"]),
)


class ChatQuestion(Question):
    """See `Question`."""

    words = _WORDS
    path = "chat/completions"

    def __init__(self, _: Exchange, raw: bytes) -> None:
        body = Fields.of_body(raw)
        is_stream = body.flag("stream") or False
        super().__init__(body, raw, body.text("model"), is_stream=is_stream)
        options = body.object_or_none("stream_options") if is_stream else None
        self._with_usage = options is not None and options.flag("include_usage") is True
        if not any(True for _ in body.items("messages")):
            body.refuse("messages", "is missing: it has to be a list of at least one message")

    def writer(self) -> Writer:
        if self.is_stream:
            return ChunkWriter(self.model, with_usage=self._with_usage)
        return Whole(completion)

    def passage(self, passing: Passing, provider: str) -> ChunkPassage:
        return ChunkPassage(passing, provider, with_usage=self._with_usage)
