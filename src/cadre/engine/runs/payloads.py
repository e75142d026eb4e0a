"""Payloads: JSON in and out of events; what is big goes to a blob and the event keeps its id.

References stand in a field of their own (`$blobs`) that only this module writes, so that a
payload which looks like a reference is never followed.

Whatever becomes part of a journal is written here, so here no secret that is known gets in.
"""

from typing import Any, Self, cast

import orjson

from cadre.engine.runs.errors import BadPayload
from cadre.infra.blobs import Blobs
from cadre.kernel.ids import BlobId
from cadre.kernel.messages import Json
from cadre.trust.secrets import Masks, Redactor

_REFERENCES = "$blobs"
_PREVIEW_CHARACTERS = 400


def to_json(value: Json) -> str:
    """JSON text, or raise `BadPayload`."""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError) as error:
        raise BadPayload(f"This is not JSON: {error}.") from error


def plain(value: Json) -> Json:
    """`value` as it will read after a recovery: tuples become lists, and nothing is shared."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return orjson.loads(to_json(value))


class Payloads:
    """Encodes and decodes the data of events.

    What an org writes is encoded by its own (`of`): then it is masked.
    """

    def __init__(
        self,
        blobs: Blobs,
        *,
        threshold_bytes: int,
        inline_bytes: int,
        redactor: Redactor,
        masks: Masks | None = None,
    ) -> None:
        self.blobs = blobs
        self.masks = redactor.of(None) if masks is None else masks
        self._threshold_bytes = threshold_bytes
        self._inline_bytes = inline_bytes
        self._redactor = redactor

    def of(self, org: str) -> Self:
        """These, for what `org` writes."""
        return type(self)(
            self.blobs,
            threshold_bytes=self._threshold_bytes,
            inline_bytes=self._inline_bytes,
            redactor=self._redactor,
            masks=self._redactor.of(org),
        )

    def text(self, data: Json) -> str:
        """JSON text of `data`, masked."""
        return self.masks.mask_json(to_json(data))

    def plain(self, value: Json) -> Json:
        """`value` as it will read after a recovery."""
        if not self.masks:
            return plain(value)
        if value is None or isinstance(value, bool | float):
            return value
        return orjson.loads(self.text(value))

    def fits(self, text: str) -> bool:
        return len(text) <= self._threshold_bytes

    async def pack(self, data: dict[str, Json]) -> tuple[str, list[str]]:
        """JSON text of `data` and the ids of the blobs that hold its big fields."""
        text = self.text(data)
        if len(text) <= self._threshold_bytes:
            return text, []
        if self.masks:
            data = orjson.loads(text)
        small: dict[str, Json] = {}
        references: dict[str, Json] = {}
        for name, value in data.items():
            content = to_json(value).encode()
            if len(content) * 4 <= self._threshold_bytes:
                small[name] = value
            else:
                preview = (
                    value if isinstance(value, str) else content[:2000].decode("utf-8", "ignore")
                )
                references[name] = {
                    "id": await self.blobs.put(content),
                    "size": len(content),
                    "preview": preview[:_PREVIEW_CHARACTERS],
                }
        small[_REFERENCES] = references
        return to_json(small), [reference["id"] for reference in references.values()]

    async def unpack(self, text: str) -> dict[str, Json]:
        """The whole data, however big."""
        return await self._resolve(orjson.loads(text), None)

    async def show(self, text: str) -> dict[str, Json]:
        """The data for people: what is above the inline limit stays a reference."""
        return await self._resolve(orjson.loads(text), self._inline_bytes)

    async def whole(self, data: dict[str, Json]) -> dict[str, Json]:
        """`data` as parsed from an event, with its blobs read."""
        return await self._resolve(data, None)

    async def _resolve(self, data: dict[str, Json], limit: int | None) -> dict[str, Json]:
        references = data.get(_REFERENCES)
        if references is None:
            return data
        resolved = {name: value for name, value in data.items() if name != _REFERENCES}
        for name, reference in cast("dict[str, dict[str, Any]]", references).items():
            if limit is not None and reference["size"] > limit:
                resolved[name] = {
                    "$blob": reference["id"],
                    "size": reference["size"],
                    "preview": reference["preview"],
                }
            else:
                resolved[name] = orjson.loads(await self.blobs.get(BlobId(reference["id"])))
        return resolved


def references_of(text: str) -> list[str]:
    """Ids of the blobs that an event's data leans on."""
    if _REFERENCES not in text:
        return []
    references: dict[str, Any] = orjson.loads(text).get(_REFERENCES) or {}
    return [reference["id"] for reference in references.values()]
