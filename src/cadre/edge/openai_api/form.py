"""Forms: the fields and the one file of a `multipart/form-data` body, which is all in memory."""

from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cadre.infra.asgi import BadField

_MOST_PARTS = 64


@dataclass(slots=True)
class Part:
    """One part of a form; `filename` is "" unless it is a file."""

    name: str = ""
    filename: str = ""
    media_type: str = "application/octet-stream"
    content: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form holds; of fields with the same name the last one counts."""

    fields: dict[str, str]
    file: Part

    def text(self, name: str) -> str:
        """The field `name`, or raise `BadField`."""
        value = self.fields.get(name)
        if not value:
            raise BadField(f"`{name}` is missing: it has to be a field of the form.", field=name)
        return value


def read_form(content_type: str, body: bytes) -> Form:
    """The form in `body`; it has to hold a file called "file"."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadField("Send a form, as `multipart/form-data`.")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, callbacks=reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise BadField(f"The form can't be read: {error}.") from error
    if not reader.is_whole:
        raise BadField("The form can't be read: its end is missing.")
    return _form(reader.parts)


def _form(parts: list[Part]) -> Form:
    file = next((part for part in parts if part.name == "file" and part.filename), None)
    if file is None:
        raise BadField("`file` is missing: it has to be a file of the form.", field="file")
    fields = {
        part.name: part.content.decode("utf-8", "replace") for part in parts if not part.filename
    }
    return Form(fields, file)


class _Reader:
    """Collects what the parser finds."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.is_whole = False
        self._name = bytearray()
        self._value = bytearray()

    def callbacks(self) -> Any:
        """What the parser calls; it hands over its whole buffer and which part of it is meant."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_name,
            "on_header_value": self._add_to_value,
            "on_header_end": self._header,
            "on_part_data": self._add_to_content,
            "on_end": self._end,
        }

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _add_to_content(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += memoryview(data)[start:end]

    def _begin(self) -> None:
        if len(self.parts) >= _MOST_PARTS:
            raise FormParserError(f"it has more than {_MOST_PARTS} parts")
        self.parts.append(Part())

    def _header(self) -> None:
        name, value = bytes(self._name).lower(), bytes(self._value)
        self._name.clear()
        self._value.clear()
        part = self.parts[-1]
        if name == b"content-disposition":
            _, options = parse_options_header(value)
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            part.filename = options.get(b"filename", b"").decode("utf-8", "replace")
        elif name == b"content-type":
            part.media_type = value.decode("latin-1")

    def _end(self) -> None:
        self.is_whole = True
