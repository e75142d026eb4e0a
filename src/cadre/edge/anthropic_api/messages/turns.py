"""The turns of a Messages request as messages: what tools answered comes first in its turn."""

import orjson

from cadre.edge.gateway import unsealed
from cadre.infra.asgi import Content, Fields, RequestFiles
from cadre.kernel.messages import (
    AssistantMessage,
    Message,
    Part,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)

_ROLES = ("user", "assistant", "system")


class Turns:
    """Reads turns in order; names of tools are known from the calls before."""

    def __init__(self, files: RequestFiles) -> None:
        self._files = files
        self._called: dict[str, str] = {}

    async def read(self, body: Fields) -> list[Message]:
        """The messages of `messages`."""
        found: list[Message] = []
        for turn in body.objects("messages"):
            found += await self._turn(turn)
        return found

    async def _turn(self, turn: Fields) -> list[Message]:
        role = turn.choice("role", _ROLES)
        if role == "assistant":
            return [self._assistant(turn)]
        if role == "system":
            texts = [block.text("text") for block in _blocks(turn, "content")]
            return [SystemMessage(text="\n\n".join(texts))]
        return await self._user(turn)

    def _assistant(self, turn: Fields) -> AssistantMessage:
        message = AssistantMessage()
        for block in _blocks(turn, "content"):
            match block.text("type"):
                case "text":
                    message.text += block.text("text")
                case "thinking":
                    message.reasoning += block.text("thinking", "")
                    message.state = unsealed(block.text("signature", "")) or message.state
                case "redacted_thinking":
                    pass  # sealed for Anthropic's own models: nobody else can read it
                case "tool_use":
                    message.calls.append(self._call(block))
                case other:
                    block.unsupported("type", f"{other[:80]!r} can't be translated.")
        return message

    def _call(self, block: Fields) -> ToolCall:
        call_id, name = block.text("id"), block.text("name")
        self._called[call_id] = name
        arguments = orjson.dumps(block.object("input").data).decode()
        return ToolCall(id=call_id, name=name, arguments=arguments)

    async def _user(self, turn: Fields) -> list[Message]:
        answers: list[Message] = []
        parts: list[Part] = []
        for block in _blocks(turn, "content"):
            if block.text("type") == "tool_result":
                message, shown = await self._result(block)
                answers.append(message)
                parts += shown
            else:
                parts.append(await self._part(block))
        if not answers and not parts:
            turn.refuse("content", "is missing: it has to be a text or a list of blocks")
        return [*answers, UserMessage(parts=parts)] if parts else answers

    async def _result(self, block: Fields) -> tuple[ToolMessage, list[Part]]:
        """The answer of a tool, and what it showed besides text, which comes right after it."""
        call_id = block.text("tool_use_id")
        if call_id not in self._called:
            block.refuse("tool_use_id", f"answers {call_id[:80]!r}, which nobody called before")
        inner = _blocks(block, "content") if "content" in block else []
        parts = [await self._part(part) for part in inner]
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        message = ToolMessage(
            call_id=call_id,
            name=self._called[call_id],
            text="\n\n".join(texts),
            is_error=block.flag("is_error") or False,
        )
        return message, [part for part in parts if not isinstance(part, TextPart)]

    async def _part(self, block: Fields) -> Part:
        match block.text("type"):
            case "text":
                return TextPart(text=block.text("text"))
            case "image":
                source = block.object("source")
                content, place = await self._source(source)
                return await self._files.image(content, place)
            case "document":
                return await self._document(block)
            case "search_result":
                texts = [inner.text("text") for inner in block.objects("content")]
                head = f"{block.text('title')} ({block.text('source')})"
                return TextPart(text="\n\n".join([head, *texts]))
            case other:
                return block.unsupported("type", f"{other[:80]!r} can't be translated.")

    async def _document(self, block: Fields) -> Part:
        source = block.object("source")
        title = block.text("title", "document")
        match source.text("type"):
            case "text":
                return TextPart(text=f"{title}:\n\n{source.text('data')}")
            case "content":
                texts = [inner.text("text") for inner in _blocks(source, "content")]
                return TextPart(text="\n\n".join([f"{title}:", *texts]))
            case _:
                content, place = await self._source(source)
                return await self._files.document(content, title, place)

    async def _source(self, source: Fields) -> tuple[Content, str]:
        if source.text("type") == "file":
            source.unsupported("type", "Send the file itself, as base64.")
        if source.choice("type", ("base64", "url")) == "url":
            place = source.place("url")
            return await self._files.at(source.text("url"), place), place
        place = source.place("data")
        media_type = source.text("media_type")
        return self._files.inside(source.text("data"), media_type, place), place


def _blocks(owner: Fields, name: str) -> list[Fields]:
    """The blocks of `name`; a text is one block."""
    if isinstance(owner.data.get(name), str):
        return [Fields({"type": "text", "text": owner.text(name)}, owner.place(name))]
    return list(owner.objects(name))
