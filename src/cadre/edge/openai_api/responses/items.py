"""The items of a responses request as messages: what one assistant turn said is one message."""

from cadre.edge.gateway import unsealed
from cadre.infra.asgi import Fields, RequestFiles
from cadre.kernel.messages import (
    AssistantMessage,
    Json,
    Message,
    Part,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)

_ROLES = ("user", "assistant", "system", "developer")


class Items:
    """Reads items in order; names of functions are known from the calls before."""

    def __init__(self, files: RequestFiles) -> None:
        self._files = files
        self._called: dict[str, str] = {}
        self._said: list[Message] = []

    async def read(self, body: Fields) -> list[Message]:
        """The messages of `input`."""
        if isinstance(body.data.get("input"), str):
            return [UserMessage(parts=[TextPart(text=body.text("input"))])]
        for item in body.objects("input"):
            await self._item(item)
        return self._said

    async def _item(self, item: Fields) -> None:
        match item.text("type", "message"):
            case "message":
                await self._message(item)
            case "function_call":
                self._call(item)
            case "function_call_output":
                await self._output(item)
            case "reasoning":
                self._reasoning(item)
            case "item_reference":
                item.unsupported("type", "Items are not kept here: send the item itself.")
            case other:
                item.unsupported("type", f"Items of type {other[:80]!r} can't be translated.")

    async def _message(self, item: Fields) -> None:
        match item.choice("role", _ROLES):
            case "user":
                self._said.append(UserMessage(parts=await self._parts(item, "content")))
            case "assistant":
                self._turn().text += _text(item)
            case _:
                self._said.append(SystemMessage(text=_text(item)))

    def _call(self, item: Fields) -> None:
        call = ToolCall(
            id=item.text("call_id"),
            name=item.text("name"),
            arguments=item.text("arguments", "{}"),
        )
        self._called[call.id] = call.name
        self._turn().calls.append(call)

    async def _output(self, item: Fields) -> None:
        call_id = item.text("call_id")
        if call_id not in self._called:
            item.refuse("call_id", f"answers {call_id[:80]!r}, which nobody called before")
        name = self._called[call_id]
        if isinstance(item.data.get("output"), str):
            self._said.append(ToolMessage(call_id=call_id, name=name, text=item.text("output")))
            return
        parts = await self._parts(item, "output")
        text = "\n\n".join(part.text for part in parts if isinstance(part, TextPart))
        self._said.append(ToolMessage(call_id=call_id, name=name, text=text))
        others: list[Part] = [part for part in parts if not isinstance(part, TextPart)]
        if others:  # tools answer with text only: what else they gave is shown right after it
            self._said.append(UserMessage(parts=others))

    def _reasoning(self, item: Fields) -> None:
        pieces = [piece.text("text") for piece in item.objects("summary")]
        pieces += [piece.text("text") for piece in item.objects("content")]
        turn = self._turn()
        turn.reasoning += "\n\n".join(pieces)
        turn.state = unsealed(item.text("encrypted_content", "")) or turn.state

    def _turn(self) -> AssistantMessage:
        """The assistant's message that the item belongs to."""
        last = self._said[-1] if self._said else None
        if isinstance(last, AssistantMessage):
            return last
        turn = AssistantMessage()
        self._said.append(turn)
        return turn

    async def _parts(self, item: Fields, name: str) -> list[Part]:
        if isinstance(item.data.get(name), str):
            return [TextPart(text=item.text(name))]
        parts = [await self._part(part) for part in item.objects(name)]
        if not parts:
            item.refuse(name, "is missing: it has to be a text or a list of parts")
        return parts

    async def _part(self, part: Fields) -> Part:
        match part.text("type"):
            case "input_text" | "output_text":
                return TextPart(text=part.text("text"))
            case "input_image":
                if "file_id" in part:
                    part.unsupported("file_id", "Send the image itself as `image_url`.")
                place = part.place("image_url")
                content = await self._files.at(part.text("image_url"), place)
                return await self._files.image(content, place)
            case "input_file":
                return await self._file(part)
            case other:
                return part.refuse(
                    "type", f"is {other[:80]!r}; it has to be input_text, input_image or input_file"
                )

    async def _file(self, part: Fields) -> Part:
        if "file_id" in part:
            part.unsupported("file_id", "Send the file itself as `file_data`.")
        name = "file_url" if "file_url" in part else "file_data"
        place = part.place(name)
        content = await self._files.at(part.text(name), place)
        return await self._files.document(content, part.text("filename", "document"), place)


def _text(item: Fields) -> str:
    content: Json = item.data.get("content")
    if isinstance(content, str):
        return content
    if content is None:
        item.refuse("content", "is missing: it has to be a text or a list of parts")
    texts: list[str] = []
    for part in item.objects("content"):
        is_refusal = part.choice("type", ("input_text", "output_text", "refusal")) == "refusal"
        texts.append(part.text("refusal" if is_refusal else "text"))
    return "".join(texts)
