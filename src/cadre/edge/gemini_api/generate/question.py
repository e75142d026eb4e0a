"""generateContent, streamGenerateContent and countTokens: content that was asked for."""

import re
from dataclasses import replace
from functools import partial

from cadre.edge.gateway import JSON, Question, Whole, Words, Writer
from cadre.edge.gemini_api.errors import is_sse
from cadre.edge.gemini_api.facts import ask_of
from cadre.edge.gemini_api.generate.framing import Form, Framing
from cadre.edge.gemini_api.generate.passing import SERVER, ContentPassage, is_answer, is_cut
from cadre.edge.gemini_api.generate.reply import ContentWriter, content
from cadre.edge.gemini_api.generate.request import read_request, wants_thoughts
from cadre.edge.gemini_api.spelling import in_camel_case, several
from cadre.engine.models import Passing, Wording
from cadre.infra.asgi import Exchange, Fields

_WORDS = Words(
    name="gemini",
    ask=ask_of,
    read=read_request,
    wire="gemini",
    answer="generated content",
    server=SERVER,
    is_answer=is_answer,
    is_cut=is_cut,
)
_SNAKE_CASE = re.compile(rb'_[a-z]+"\s*:')


class GenerateQuestion(Question):
    """The address names the model; `read` is the body in Google's own spelling."""

    words = _WORDS
    path = "generateContent"
    form: Form = "whole"

    def __init__(self, exchange: Exchange, raw: bytes) -> None:
        body = Fields.of_body(raw)
        super().__init__(body, raw, exchange.model, is_stream=False)
        if _SNAKE_CASE.search(raw):
            self.read = Fields(in_camel_case(body.data))
        self.check()

    def check(self) -> None:
        """Raise `BadField` about what no model can answer."""
        if not any(True for _ in several(self.read, "contents")):
            self.read.refuse("contents", "is missing: it has to be a list of at least one content")

    def wording(self) -> Wording:
        config = self.read.object_or_none("generationConfig")
        is_fixed = config is not None and config.data.get("temperature") == 0
        return Wording(f"gemini.{self.form} {self.model}", self.raw, is_fixed=is_fixed)

    def writer(self) -> Writer:
        with_thoughts = wants_thoughts(self.read)
        if self.is_stream:
            return ContentWriter(self.model, Framing(self.form), with_thoughts=with_thoughts)
        return Whole(partial(content, with_thoughts=with_thoughts))


class StreamQuestion(GenerateQuestion):
    """Content that is to come as events, or as one list that grows."""

    path = "streamGenerateContent?alt=sse"  # always, so that it is cut where a chunk ends

    def __init__(self, exchange: Exchange, raw: bytes) -> None:
        super().__init__(exchange, raw)
        self.is_stream = True
        self.form = "events" if is_sse(exchange) else "list"
        if self.form == "list":
            self.media_type = JSON

    def passage(self, passing: Passing, provider: str) -> ContentPassage:
        return ContentPassage(passing, provider, self.form)


class CountQuestion(GenerateQuestion):
    """Contents to be counted: bare, or in a whole request, which names a model by itself."""

    path = "countTokens"

    def check(self) -> None:
        whole = self.read.object_or_none("generateContentRequest")
        if whole is not None:
            self.read, self.words = whole, replace(self.words, wire=None)
        super().check()
