"""A kernel answer as the events of a response, in the order in which OpenAI sends them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import orjson

from cadre.edge.gateway import Writer, by_kind
from cadre.edge.openai_api.responses.reply import (
    Ids,
    ResponseObject,
    annotation,
    call_item,
    message_item,
    reasoning_item,
    text_part,
)
from cadre.engine.models import OneCallAtATime
from cadre.kernel.errors import CadreError, Invalid, LimitReached
from cadre.kernel.messages import (
    CallDelta,
    Citation,
    Delta,
    Json,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
)

# The official API has no others here.
_CODES: dict[type[CadreError], str] = {
    LimitReached: "rate_limit_exceeded",
    Invalid: "invalid_prompt",
}
_Event = tuple[str, dict[str, Json]]


class EventWriter(Writer):
    """Turns deltas into events; one item is open at a time and closed before the next begins."""

    def __init__(self, response: ResponseObject) -> None:
        self._response = response
        self._ids = Ids()
        self._order = OneCallAtATime()
        self._number = 0
        self._output: list[Json] = []
        self._item: _Item | None = None
        self._has_begun = False

    def write(self, delta: Delta) -> bytes:
        """The events that say `delta`."""
        return b"".join(
            self._event(*event) for one in self._order.order(delta) for event in self._say(one)
        )

    def fail(self, error: CadreError, /) -> bytes:
        """The event that ends a response which broke off."""
        code = by_kind(_CODES, error, "server_error")
        shown = self._response.failed(code, error.detail, self._output)
        return self._event("response.failed", {"response": shown})

    def _say(self, delta: Delta) -> Iterator[_Event]:
        if not self._has_begun:
            self._has_begun = True
            yield "response.created", {"response": self._response.at_work()}
            yield "response.in_progress", {"response": self._response.at_work()}
        match delta:
            case TextDelta():
                yield from self._piece(_Text, delta.text)
            case ReasoningDelta():
                yield from self._piece(_Thought, delta.text)
            case CallDelta():
                yield from self._call(delta)
            case ReplyDone():
                yield from self._end(delta.reply)

    def _piece(self, kind: "type[_Text | _Thought]", text: str) -> Iterator[_Event]:
        if not isinstance(self._item, kind):
            yield from self._close([])
            item_id = self._ids.message if kind is _Text else self._ids.reasoning
            self._item = item = kind(f"{item_id}{len(self._output) or ''}", len(self._output))
            yield from item.begin()
        yield from self._item.add(text)

    def _call(self, delta: CallDelta) -> Iterator[_Event]:
        if not isinstance(self._item, _Call) or self._item.index != delta.index:
            yield from self._close([])
            self._item = item = _Call(self._ids.call(delta.index), len(self._output), delta)
            yield from item.begin()
        if delta.arguments:
            yield from self._item.add(delta.arguments)

    def _end(self, reply: ModelReply) -> Iterator[_Event]:
        self._response.model = reply.model
        if not self._output and self._item is None:  # an empty answer is a message too
            self._item = item = _Text(self._ids.message, 0)
            yield from item.begin()
        yield from self._close(reply.message.citations)
        if reply.message.state:  # not known before: a last item, of no words
            yield from self._seal(reply.message.state)
        done = self._response.done(reply, self._output)
        yield f"response.{done['status']}", {"response": done}

    def _seal(self, state: dict[str, Json]) -> Iterator[_Event]:
        number = len(self._output)
        item = reasoning_item(f"{self._ids.reasoning}{number}", "", state)
        yield "response.output_item.added", {"output_index": number, "item": item}
        yield "response.output_item.done", {"output_index": number, "item": item}
        self._output.append(item)

    def _close(self, citations: list[Citation]) -> Iterator[_Event]:
        if self._item is None:
            return
        yield from self._item.end(citations)
        self._output.append(self._item.whole(citations))
        self._item = None

    def _event(self, kind: str, data: dict[str, Json]) -> bytes:
        body = {"type": kind, "sequence_number": self._number, **data}
        self._number += 1
        return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(body) + b"\n\n"


class _Item(ABC):
    """One output item while it is being said."""

    def __init__(self, item_id: str, index: int) -> None:
        self._id = item_id
        self._place: dict[str, Json] = {"item_id": item_id, "output_index": index}
        self._number = index
        self._said: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._said)

    def begin(self) -> Iterator[_Event]:
        yield "response.output_item.added", {"output_index": self._number, "item": self.empty()}

    def end(self, citations: list[Citation]) -> Iterator[_Event]:
        whole = self.whole(citations)
        yield "response.output_item.done", {"output_index": self._number, "item": whole}

    @abstractmethod
    def add(self, text: str) -> Iterator[_Event]: ...

    @abstractmethod
    def empty(self) -> dict[str, Json]: ...

    @abstractmethod
    def whole(self, citations: list[Citation]) -> dict[str, Json]: ...


class _Text(_Item):
    def begin(self) -> Iterator[_Event]:
        yield from super().begin()
        place = {**self._place, "content_index": 0}
        yield "response.content_part.added", {**place, "part": text_part("", [])}

    def add(self, text: str) -> Iterator[_Event]:
        self._said.append(text)
        place = {**self._place, "content_index": 0}
        yield "response.output_text.delta", {**place, "delta": text, "logprobs": []}

    def end(self, citations: list[Citation]) -> Iterator[_Event]:
        place, text = {**self._place, "content_index": 0}, self.text
        for number, citation in enumerate(citations):
            said = {"annotation_index": number, "annotation": annotation(citation, len(text))}
            yield "response.output_text.annotation.added", {**place, **said}
        yield "response.output_text.done", {**place, "text": text, "logprobs": []}
        yield "response.content_part.done", {**place, "part": text_part(text, citations)}
        yield from super().end(citations)

    def empty(self) -> dict[str, Json]:
        return message_item(self._id, [], "in_progress")

    def whole(self, citations: list[Citation]) -> dict[str, Json]:
        return message_item(self._id, [text_part(self.text, citations)], "completed")


class _Thought(_Item):
    def begin(self) -> Iterator[_Event]:
        yield from super().begin()
        place, part = {**self._place, "summary_index": 0}, {"type": "summary_text", "text": ""}
        yield "response.reasoning_summary_part.added", {**place, "part": part}

    def add(self, text: str) -> Iterator[_Event]:
        self._said.append(text)
        place = {**self._place, "summary_index": 0}
        yield "response.reasoning_summary_text.delta", {**place, "delta": text}

    def end(self, citations: list[Citation]) -> Iterator[_Event]:
        place, part = (
            {**self._place, "summary_index": 0},
            {"type": "summary_text", "text": self.text},
        )
        yield "response.reasoning_summary_text.done", {**place, "text": self.text}
        yield "response.reasoning_summary_part.done", {**place, "part": part}
        yield from super().end(citations)

    def empty(self) -> dict[str, Json]:
        return reasoning_item(self._id, "")

    def whole(self, citations: list[Citation]) -> dict[str, Json]:  # noqa: ARG002  # one line of items
        return reasoning_item(self._id, self.text)


class _Call(_Item):
    def __init__(self, item_id: str, index: int, first: CallDelta) -> None:
        super().__init__(item_id, index)
        self.index = first.index
        self._call_id, self._name = first.id, first.name

    def add(self, text: str) -> Iterator[_Event]:
        self._said.append(text)
        yield "response.function_call_arguments.delta", {**self._place, "delta": text}

    def end(self, citations: list[Citation]) -> Iterator[_Event]:
        arguments = self.text or "{}"
        done = {**self._place, "name": self._name, "arguments": arguments}
        yield "response.function_call_arguments.done", done
        yield from super().end(citations)

    def empty(self) -> dict[str, Json]:
        return call_item(self._id, self._call_id, self._name, "", "in_progress")

    def whole(self, citations: list[Citation]) -> dict[str, Json]:  # noqa: ARG002  # one line of items
        return call_item(self._id, self._call_id, self._name, self.text or "{}")
