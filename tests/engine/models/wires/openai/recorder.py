"""A server that keeps every request as it came, bytes and all, and answers with what it is told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from aiohttp.multipart import BodyPartReader


@dataclass
class Form:
    """A multipart body, taken apart by aiohttp."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    file: bytes = b""
    file_name: str | None = None
    file_type: str = ""


@dataclass
class Recorded:
    path: str
    headers: Mapping[str, str]
    json: Any
    form: Form | None


class Recorder:
    """Answers every request with `body` of `content_type`."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.body: bytes = b""
        self.content_type = "application/json"
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def say(self, body: Any, content_type: str = "application/json") -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.content_type = content_type

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        is_form = request.content_type == "multipart/form-data"
        form = await _form(request) if is_form else None
        body = None if is_form or not request.can_read_body else await request.json()
        self.requests.append(Recorded(request.path, request.headers, body, form))
        return web.Response(body=self.body, content_type=self.content_type)


async def _form(request: web.Request) -> Form:
    form = Form()
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "file":
            form.file = bytes(await part.read())
            form.file_name = part.filename
            form.file_type = part.headers.get("Content-Type", "")
        else:
            form.fields[part.name or ""] = await part.text()
    return form
