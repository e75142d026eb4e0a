"""Answers: whole, or with a body that is still coming."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from yarl import URL

from cadre.infra.http_client.errors import ResponseTooLarge
from cadre.infra.http_client.failures import FAILURES, translated
from cadre.infra.http_client.unpacking import Content


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer. A status of 400 and above is an answer too, not an error."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(slots=True)
class HttpStream:
    """An answer whose body is still coming. Header names can be looked up in any case."""

    status: int
    headers: Mapping[str, str]
    _url: URL = field(repr=False)
    _content: Content = field(repr=False)
    _body_bytes: int = field(repr=False)
    _seen: int = field(default=0, repr=False)

    @property
    def url(self) -> str:
        """Where it came from in the end."""
        return str(self._url)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Pieces of the body as they arrive, or raise `ResponseTooLarge`."""
        while chunk := await self._next():
            yield chunk

    async def read(self) -> bytes:
        """The whole body, or raise `ResponseTooLarge`."""
        parts: list[bytes] = []
        while part := await self._next():
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _next(self) -> bytes:
        try:
            chunk = await self._content.readany()
        except FAILURES as error:
            raise translated(self._url, error) from error
        self._seen += len(chunk)
        if self._seen > self._body_bytes:
            raise ResponseTooLarge(
                f"{self.url} sent more than {self._body_bytes} bytes; ask for less."
            )
        return chunk
