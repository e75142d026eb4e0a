"""Limits on bodies: counted as they arrive, whatever `Content-Length` says; JSON not too deep and fit to be kept."""

from dataclasses import dataclass
from itertools import accumulate

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.refusals import refuse
from cadre.edge.http.texts import check_json
from cadre.kernel.errors import LimitReached

MOST_DEPTH = 100
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_STEPS = {byte: 1 if byte in b"[{" else -1 for byte in _BRACKETS}


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
    """Middleware: stop reading a body that is larger than its address allows, or JSON too deep."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit, headers = self._limits.of(scope), Headers(scope=scope)
        detail = f"At most {limit} bytes are taken here: send less at once."
        announced = headers.get("content-length", "")
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

        is_json = "json" in headers.get("content-type", "")
        taken = _shallow(receive_counted) if is_json else receive_counted
        return await self._app(scope, taken, send)


def is_too_deep(body: bytes) -> bool:
    """Whether lists and objects lie in each other more than `MOST_DEPTH` times."""
    if body.count(b"[") + body.count(b"{") <= MOST_DEPTH:
        return False
    # Every other part between quotes is a string, once those that are escaped are gone.
    parts = body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
    brackets = b"".join(parts[::2]).translate(None, _OTHERS)
    return any(depth > MOST_DEPTH for depth in accumulate(map(_STEPS.__getitem__, brackets)))


def _shallow(receive: Receive) -> Receive:
    """The body as one message: whoever parses JSON waits for all of it anyway."""
    is_read = False

    async def receive_whole() -> Message:
        nonlocal is_read
        message = await receive()
        if is_read or message["type"] != "http.request":
            return message
        parts = [message.get("body", b"")]
        while message.get("more_body"):
            message = await receive()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
        is_read = True
        body = b"".join(parts)
        if is_too_deep(body):
            raise HTTPException(
                400, f"The JSON is nested more than {MOST_DEPTH} deep: send it flatter."
            )
        check_json(body)
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_whole
