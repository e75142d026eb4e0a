"""Files inside a request: data URLs, base64 and addresses, named as blobs that messages refer to.

They are held in memory: what a call to a model brings along is gone with it, and belongs to nobody.
"""

import asyncio
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Self

from cadre.infra.asgi.fields import BadField
from cadre.infra.blobs import id_of
from cadre.infra.http_client import HttpClient, HttpLimits
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import BlobId
from cadre.kernel.messages import AudioPart, DocumentPart, ImagePart, Part, TextPart

FILE_BYTES = 20 * 1024 * 1024
_LIMITS = HttpLimits(total_seconds=20.0, body_bytes=FILE_BYTES, redirects=3)
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class FileUnreadable(BadField):
    """What lies behind an address or inside of base64 can't be used."""

    code = "file_unreadable"


@dataclass(frozen=True, slots=True)
class Content:
    """`media_type` is as it was told, in small letters, without parameters."""

    data: bytes
    media_type: str


class RequestFiles:
    """Turns what a request holds or points to into parts of a message; `contents` are its blobs."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.contents: dict[str, bytes] = {}

    def of_one(self) -> Self:
        """The same, of one request."""
        return type(self)(self._http)

    async def at(self, url: str, place: str) -> Content:
        """The content of a data URL or of a public address; `place` is for the error."""
        if url.startswith("data:"):
            return _of_data_url(url, place)
        try:
            answer = await self._http.request("GET", url, limits=_LIMITS)
        except CadreError as error:
            raise FileUnreadable(
                f"`{place}` can't be fetched: {error.detail}", field=place
            ) from error
        if answer.status != 200:
            raise FileUnreadable(
                f"`{place}` can't be fetched: its server answered {answer.status}.", field=place
            )
        return Content(answer.body, _plain(answer.headers.get("content-type", "")))

    def inside(self, data: str, media_type: str, place: str) -> Content:
        """The content of base64."""
        try:
            return Content(b64decode(data, validate=True), _plain(media_type))
        except (Base64Error, ValueError) as error:
            raise FileUnreadable(f"`{place}` is not base64.", field=place) from error

    async def image(self, content: Content, place: str) -> ImagePart:
        if content.media_type not in _IMAGES:
            raise FileUnreadable(
                f"`{place}` is {content.media_type or 'of no known type'}; an image has to be one "
                f"of: {', '.join(_IMAGES)}.",
                field=place,
            )
        return ImagePart(blob=await self._named(content), media_type=content.media_type)

    async def audio(self, content: Content) -> AudioPart:
        return AudioPart(blob=await self._named(content), media_type=content.media_type)

    async def document(self, content: Content, name: str, place: str) -> Part:
        """A document that the model reads; plain text becomes part of what is said."""
        if content.media_type.startswith("text/"):
            try:
                return TextPart(text=f"{name}:\n\n{content.data.decode()}")
            except UnicodeDecodeError as error:
                raise FileUnreadable(f"`{place}` is not UTF-8.", field=place) from error
        if content.media_type.startswith("image/"):
            return await self.image(content, place)
        if content.media_type != "application/pdf":
            raise FileUnreadable(
                f"`{place}` is {content.media_type or 'of no known type'}; a document has to be "
                "a PDF or text.",
                field=place,
            )
        blob = await self._named(content)
        return DocumentPart(blob=blob, media_type=content.media_type, name=name)

    async def _named(self, content: Content) -> BlobId:
        blob = await asyncio.to_thread(id_of, content.data)
        self.contents[blob] = content.data
        return blob


def _of_data_url(url: str, place: str) -> Content:
    head, comma, data = url.partition(",")
    media_type, _, coding = head.removeprefix("data:").rpartition(";")
    if not comma or coding != "base64":
        raise FileUnreadable(f"`{place}` should be like `data:image/png;base64,...`.", field=place)
    try:
        return Content(b64decode(data, validate=True), _plain(media_type))
    except (Base64Error, ValueError) as error:
        raise FileUnreadable(
            f"`{place}` holds something that is not base64.", field=place
        ) from error


def _plain(media_type: str) -> str:
    known = {"image/jpg": "image/jpeg"}
    plain = media_type.split(";", maxsplit=1)[0].strip().lower()
    return known.get(plain, plain)
