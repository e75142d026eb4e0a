"""The client of the HTTP API: JSON, files and streams, and problems as errors."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp

from cadre.kernel.errors import CadreError, Unavailable

_RETRY_SECONDS = 0.5
_RETRIES = 60


class ApiError(CadreError):
    """The server said no. `code` is the problem's own."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or f"The server answered {status}."))
        self.status = status
        self.problem_code = str(problem.get("code", "error"))


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event."""

    event: str
    data: Any


class ApiClient:
    """Talks to the server at `url` with `key`."""

    def __init__(self, url: str, key: str) -> None:
        self._root = f"{url.rstrip('/')}/api/v1"
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str | int | None) -> Any:
        given = {name: value for name, value in query.items() if value is not None}
        return await self._call("GET", path, params=given)

    async def post(
        self, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        return await self._call("POST", path, json=body, headers=headers)

    async def put(self, path: str, body: Any) -> Any:
        return await self._call("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._call("PATCH", path, json=body)

    async def delete(self, path: str) -> None:
        await self._call("DELETE", path)

    async def upload(self, path: str, file: Path, name: str) -> Any:
        """Send `file` as a form, without reading it into memory."""
        with file.open("rb") as content:
            form = aiohttp.FormData()
            form.add_field("file", content, filename=name)
            return await self._call("POST", path, data=form)

    async def download(self, path: str, target: Path) -> None:
        """Write what is at `path` to `target`, which must not exist."""
        async with self._session.get(self._root + path) as response:
            await _raise_problem(response)
            with target.open("xb") as file:
                async for chunk in response.content.iter_chunked(1 << 16):
                    file.write(chunk)

    async def stream(self, path: str) -> AsyncGenerator[StreamEvent]:
        """The events of a stream until its `end`, through drops of the connection."""
        last_id, failures = "", 0
        while True:
            try:
                async for event, position in self._stream_once(path, last_id):
                    last_id, failures = position or last_id, 0
                    yield event
                    if event.event == "end":
                        return
            except (aiohttp.ClientError, OSError):
                failures += 1
                if failures > _RETRIES:
                    raise Unavailable("The server does not answer any more.") from None
            await asyncio.sleep(_RETRY_SECONDS)

    async def _stream_once(
        self, path: str, last_id: str
    ) -> AsyncGenerator[tuple[StreamEvent, str | None]]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=45)
        request = self._session.get(
            self._root + path, headers=headers, timeout=timeout, read_bufsize=1 << 22
        )
        async with request as response:
            await _raise_problem(response)
            fields: dict[str, str] = {}
            async for line in _lines(response.content):
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                elif not line and "data" in fields:
                    data = json.loads(fields["data"])
                    yield StreamEvent(fields.get("event", ""), data), fields.get("id")
                    fields = {}

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        try:
            async with self._session.request(method, self._root + path, **request) as response:
                await _raise_problem(response)
                return None if response.status == 204 else await response.json()
        except aiohttp.ClientConnectionError as error:
            raise Unavailable(f"The server can't be reached: {error}.") from error


async def _lines(content: aiohttp.StreamReader) -> AsyncGenerator[str]:
    """Lines of any length: a single event can be larger than the reader's own limit."""
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode()


async def _raise_problem(response: aiohttp.ClientResponse) -> None:
    if response.status < 400:
        return
    try:
        problem: Mapping[str, Any] = await response.json(content_type=None)
    except ValueError:
        problem = {}
    raise ApiError(response.status, problem)
