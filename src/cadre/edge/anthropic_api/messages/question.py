"""/v1/messages and its count_tokens: one message that was asked for."""

from collections.abc import Mapping
from dataclasses import replace

from cadre.edge.anthropic_api.facts import ask_of
from cadre.edge.anthropic_api.messages.events import EventWriter
from cadre.edge.anthropic_api.messages.passing import SERVER, MessagePassage, is_cut
from cadre.edge.anthropic_api.messages.reply import message
from cadre.edge.anthropic_api.messages.request import read_request
from cadre.edge.gateway import Question, Whole, Words, Writer
from cadre.engine.models import Passing, Wording
from cadre.infra.asgi import Exchange, Fields

_BETA = b"anthropic-beta"
_WORDS = Words(
    name="anthropic",
    ask=ask_of,
    read=read_request,
    wire="anthropic",
    answer="a message",
    server=SERVER,
    told_on=tuple(
        f"anthropic-ratelimit-{of}-{what}"
        for what in ("limit", "remaining", "reset")
        for of in ("requests", "tokens", "input-tokens", "output-tokens")
    ),
    is_answer=lambda said: said.get("type") == "message",
    is_cut=is_cut,
)


class MessageQuestion(Question):
    """See `Question`."""

    words = _WORDS
    path = "messages"
    has_limit = True

    def __init__(self, exchange: Exchange, raw: bytes) -> None:
        body = Fields.of_body(raw)
        is_stream = body.flag("stream") or False
        super().__init__(body, raw, body.text("model"), is_stream=is_stream)
        self.sent_on = _sent_on(exchange)
        if not any(True for _ in body.items("messages")):
            body.refuse("messages", "is missing: it has to be a list of at least one message")
        if self.has_limit and body.whole("max_tokens", low=0) is None:
            body.refuse("max_tokens", "is missing: it has to be a whole number")

    def wording(self) -> Wording:
        """Also by the trial features that were asked for."""
        plain = super().wording()
        return replace(plain, dialect=" ".join([plain.dialect, *self.sent_on.values()]))

    def writer(self) -> Writer:
        return EventWriter(self.model) if self.is_stream else Whole(message)

    def passage(self, passing: Passing, provider: str) -> MessagePassage:
        return MessagePassage(passing, provider)


class CountQuestion(MessageQuestion):
    """A message whose tokens are to be counted; how long its answer may be does not matter."""

    path = "messages/count_tokens"
    has_limit = False


def _sent_on(exchange: Exchange) -> Mapping[str, str]:
    """The trial features that the client asks for, with one header each or in one together."""
    asked = [value.decode("latin-1") for name, value in exchange.headers if name == _BETA]
    return {_BETA.decode(): ",".join(asked)} if asked else {}
