"""Content that was asked for, and contents that are to be counted."""

import re
from functools import partial

from cadre.edge.gateway import JSON, Question, Whole, Words, Writer
from cadre.edge.gemini_api.facts import ask_of
from cadre.edge.gemini_api.generate.framing import Form, Framing
from cadre.edge.gemini_api.generate.passing import SERVER, ContentPassage, is_answer, is_cut
from cadre.edge.gemini_api.generate.reply import ContentWriter, content
from cadre.edge.gemini_api.generate.request import read_request, wants_thoughts
from cadre.edge.gemini_api.spelling import in_camel_case, several
from cadre.engine.models import Ask, Passing, Wording
from cadre.infra.asgi import Fields, RequestFiles
from cadre.kernel.messages import ModelRequest
from cadre.trust.budgets import Spender

_WORDS = Words(
    wire="gemini",
    answer="generated content",
    server=SERVER,
    is_answer=is_answer,
    is_cut=is_cut,
)
_PATHS: dict[Form, str] = {
    "whole": "generateContent",
    "events": "streamGenerateContent?alt=sse",
    "list": "streamGenerateContent?alt=sse",  # so that it is cut where a chunk ends
}
_SNAKE_CASE = re.compile(rb'"[a-z]+_[a-z_]+"\s*:')


class GenerateQuestion(Question):
    """See `Question`. `read` is the body in Google's own spelling; what is passed is as it came."""

    words = _WORDS

    def __init__(self, body: Fields, raw: bytes, model: str, form: Form = "whole") -> None:
        super().__init__(body, raw, model, is_stream=form != "whole")
        self.path = _PATHS[form]
        self.form: Form = form
        self.read = Fields(in_camel_case(body.data)) if _SNAKE_CASE.search(raw) else body
        if form == "list":
            self.media_type = JSON
        self.check()

    def check(self) -> None:
        """Raise `BadField` about what no model can answer."""
        if not any(True for _ in several(self.read, "contents")):
            self.read.refuse("contents", "is missing: it has to be a list of at least one content")

    def ask(self, spender: Spender) -> Ask:
        return ask_of(self.read, len(self.raw), spender)

    def wording(self) -> Wording:
        config = self.read.object_or_none("generationConfig")
        is_fixed = config is not None and config.data.get("temperature") == 0
        body = b"%b\n%b" % (self.model.encode(), self.raw)  # the address names the model
        return Wording(f"gemini.{self.form}", body, is_fixed=is_fixed)

    async def request(self, model: str, files: RequestFiles) -> ModelRequest:
        return await read_request(self.read, model, files)

    def writer(self) -> Writer:
        with_thoughts = wants_thoughts(self.read)
        if self.is_stream:
            return ContentWriter(self.model, Framing(self.form), with_thoughts=with_thoughts)
        return Whole(partial(content, with_thoughts=with_thoughts))

    def passage(self, passing: Passing, provider: str) -> ContentPassage:
        return ContentPassage(passing, provider, self.form)


class CountQuestion(GenerateQuestion):
    """Contents to be counted: bare, or with all that would be asked along with them."""

    def __init__(self, body: Fields, raw: bytes, model: str) -> None:
        super().__init__(body, raw, model)
        self.path = "countTokens"

    def check(self) -> None:
        whole = self.read.object_or_none("generateContentRequest")
        if whole is not None:
            self.read = whole
        super().check()
