"""The contents of a request as messages: what a model said in a row is one message.

Clients keep a streamed answer chunk by chunk and send it back so. Calls need no id here: an answer
without one belongs to the first call of that name that has none yet.
"""

from typing import NoReturn

import orjson

from cadre.edge.gateway import unsealed
from cadre.edge.gemini_api.spelling import several
from cadre.infra.asgi import Content, Fields, RequestFiles
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    AssistantMessage,
    Json,
    Message,
    Part,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.values import is_object

_ROLES = ("user", "model", "function")
_THEIR_OWN = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")
_WORDED = ("output", "result", "error")


class Contents:
    """Reads contents in order; calls that wait for an answer are known."""

    def __init__(self, files: RequestFiles) -> None:
        self._files = files
        self._said: list[Message] = []
        self._open: list[ToolCall] = []

    async def read(self, body: Fields) -> list[Message]:
        """The messages of `contents`."""
        for content in several(body, "contents"):
            role = content.choice("role", _ROLES) if "role" in content else "user"
            parts = [*several(content, "parts")]
            if role == "model":
                self._model(parts)
            elif not parts:
                content.refuse("parts", "is missing: it has to be a list of at least one part")
            else:
                await self._user(parts)
        return self._said

    def _model(self, parts: list[Fields]) -> None:
        turn = self._turn()
        for part in parts:
            if "thoughtSignature" in part:
                turn.state = unsealed(part.text("thoughtSignature")) or turn.state
            if "functionCall" in part:
                self._call(turn, part.object("functionCall"))
            elif part.flag("thought"):
                turn.reasoning += part.text("text", "")
            elif "text" in part:
                turn.text += part.text("text")
            elif part.data.keys() - {"thoughtSignature"}:
                _refuse(part)

    def _turn(self) -> AssistantMessage:
        """The model's message that the content belongs to."""
        last = self._said[-1] if self._said else None
        if isinstance(last, AssistantMessage):
            return last
        turn = AssistantMessage()
        self._said.append(turn)
        return turn

    def _call(self, turn: AssistantMessage, given: Fields) -> None:
        arguments = given.object("args").data if "args" in given else {}
        call = ToolCall(
            id=given.text("id", "") or new_id("call"),
            name=given.text("name"),
            arguments=orjson.dumps(arguments).decode(),
        )
        turn.calls.append(call)
        self._open.append(call)

    async def _user(self, given: list[Fields]) -> None:
        answers: list[Message] = []
        parts: list[Part] = []
        for part in given:
            if "functionResponse" in part:
                response = part.object("functionResponse")
                answers.append(self._answer(response))
                parts += [await self._part(shown) for shown in response.objects("parts")]
            else:
                parts.append(await self._part(part))
        self._said += answers
        if parts:
            self._said.append(UserMessage(parts=parts))

    def _answer(self, given: Fields) -> ToolMessage:
        name, call_id = given.text("name"), given.text("id", "")
        matching = (call for call in self._open if call.name == name)
        if call_id:
            matching = (call for call in self._open if call.id == call_id)
        call = next(matching, None)
        if call is None:
            asked = f"{call_id or name}"[:80]
            given.refuse("id" if call_id else "name", f"answers {asked!r}, which nobody called")
        self._open.remove(call)
        response = given.object("response").data if "response" in given else {}
        text, is_error = _worded(response)
        return ToolMessage(call_id=call.id, name=call.name, text=text, is_error=is_error)

    async def _part(self, part: Fields) -> Part:
        if "text" in part:
            return TextPart(text=part.text("text"))
        if "inlineData" in part:
            inline = part.object("inlineData")
            place = inline.place("data")
            data = inline.text("data").translate({45: 43, 95: 47})  # of either alphabet
            padded = data + "=" * (-len(data) % 4)
            content = self._files.inside(padded, inline.text("mimeType"), place)
            return await self._file(content, inline.text("displayName", "document"), place)
        if "fileData" in part:
            file = part.object("fileData")
            place, uri = file.place("fileUri"), file.text("fileUri")
            if not uri.startswith(("https://", "http://")) or "generativelanguage." in uri:
                file.unsupported("fileUri", "Send the file itself as `inlineData`.")
            content = await self._files.at(uri, place)
            return await self._file(content, file.text("displayName", "document"), place)
        return _refuse(part)

    async def _file(self, content: Content, name: str, place: str) -> Part:
        if content.media_type.startswith("audio/"):
            return await self._files.audio(content)
        return await self._files.document(content, name, place)


def _refuse(part: Fields) -> NoReturn:
    for name in _THEIR_OWN:
        if name in part:
            part.unsupported(name, "Only Google's models know it.")
    part.refuse("text", "is missing: a part has to be a text, a file, a call or its answer")


def _worded(response: dict[str, Json]) -> tuple[str, bool]:
    """What a tool answered, and whether that it failed; one text is told as it is."""
    is_error = "error" in response
    if len(response) == 1:
        name, only = next(iter(response.items()))
        if name in _WORDED and isinstance(only, str):
            return only, is_error
        if name in _WORDED and not is_object(only):
            return orjson.dumps(only).decode(), is_error
    return orjson.dumps(response).decode(), is_error
