"""/v1/responses: one response that was asked for."""

from functools import partial

import orjson

from cadre.edge.gateway import Question, Seen, Whole, Words, Writer
from cadre.edge.openai_api.responses.events import EventWriter
from cadre.edge.openai_api.responses.reply import Ids, ResponseObject, output_items
from cadre.edge.openai_api.responses.request import read_request
from cadre.engine.models import Ask
from cadre.infra.asgi import Exchange, Fields
from cadre.kernel.messages import Json, ModelReply
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender

_FILES = {"input_image": ("image", "image_url"), "input_file": ("document", "file_data")}


def ask_of(body: Fields, size: int, spender: Spender) -> Ask:
    """The facts of `body`, which is `size` bytes long."""
    data, seen = body.data, Seen()
    said = data.get("input")
    turns = [{"content": said}] if isinstance(said, str) else said
    seen.take(turns, "content", partial(_part, seen))
    tools, text, reasoning = data.get("tools"), data.get("text"), data.get("reasoning")
    form = text.get("format") if is_object(text) else None
    return seen.ask(
        spender,
        size,
        tools=len(tools) if is_list(tools) else 0,
        wants_json=is_object(form) and form.get("type") not in (None, "text"),
        wants_reasoning=is_object(reasoning) and reasoning.get("effort") not in (None, "none"),
        max_tokens=body.whole("max_output_tokens"),
    )


class ResponseQuestion(Question):
    """Always translated, for hardly any server but OpenAI's own has responses."""

    words = Words(name="openai.responses", ask=ask_of, read=read_request, tell_errors=True)

    def __init__(self, _: Exchange, raw: bytes) -> None:
        body = Fields.of_body(raw)
        is_stream = body.flag("stream") or False
        super().__init__(body, raw, body.text("model"), is_stream=is_stream)

    def writer(self) -> Writer:
        response = ResponseObject(self.body, self.model)
        return EventWriter(response) if self.is_stream else Whole(partial(_whole, response))


def _whole(response: ResponseObject, reply: ModelReply) -> bytes:
    response.model = reply.model
    return orjson.dumps(response.done(reply, output_items(reply, Ids())))


def _part(seen: Seen, part: Json) -> str:
    """The words of a part, if it has some; a file is counted."""
    if not is_object(part):
        return ""
    kind: Json = part.get("type")
    if isinstance(kind, str) and kind in _FILES:
        name, field = _FILES[kind]
        content: Json = part.get(field)
        seen.file(name, len(content) if isinstance(content, str) else 0)
        return ""
    text: Json = part.get("text")
    return text if isinstance(text, str) else ""
