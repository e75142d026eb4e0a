"""Limits on bodies: counted as they arrive, whatever `Content-Length` says."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.refusals import refuse
from cadre.kernel.errors import LimitReached


class BodyTooLarge(LimitReached):
    """More than this address takes."""

    code = "too_large"


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`upload_bytes` is for the addresses that take files, `body_bytes` for all others."""

    body_bytes: int = 4 * 1024 * 1024
    upload_bytes: int = 256 * 1024 * 1024

    def of(self, scope: Scope) -> int:
        takes_files = scope["method"] == "POST" and scope["path"].endswith("/files")
        return self.upload_bytes if takes_files else self.body_bytes


class LimitBodies:
    """Middleware: stop reading a body that is larger than its address allows."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit = self._limits.of(scope)
        detail = f"At most {limit} bytes are taken here: send less at once."
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            return await refuse(BodyTooLarge(detail), scope, receive, send, status=413)
        arrived = 0

        async def receive_counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise HTTPException(413, detail)  # the kind that FastAPI lets through
            return message

        return await self._app(scope, receive_counted, send)
