"""Texts and numbers that no database can hold, refused before anything looks at them.

PostgreSQL keeps no NUL, UTF-8 has no half characters, no column holds more than 64 bits; and JSON has no
NaN, though Python's parser takes it. It is said here, so that no room has to think of it.
"""

import json
import re
from urllib.parse import parse_qsl

import orjson
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.paths import is_api
from cadre.edge.http.refusals import refuse
from cadre.kernel.errors import Invalid

_NUL = "\0"
_NUL_IN_QUERY = b"%00"
_NUL_IN_JSON = rb"\u0000"
_MANY_DIGITS = re.compile(rb"\d{19}")
_MOST = 2**63 - 1


class TextNotKept(Invalid):
    """A text holds a character that can't be kept."""

    code = "text_not_kept"


class CheckAddresses:
    """Middleware: refuse an address of the API that holds a NUL, in its path or in its query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and is_api(scope["path"]):
            query: bytes = scope["query_string"]
            if _NUL in scope["path"]:
                error = TextNotKept("The address holds the character U+0000: leave it out.")
                return await refuse(error, scope, receive, send)
            if _NUL_IN_QUERY in query:
                return await refuse(_in_query(query), scope, receive, send)
        return await self._app(scope, receive, send)


def check_json(body: bytes) -> None:
    """Raise unless `body` is JSON that can be kept: what FastAPI makes a problem of."""
    if not body:
        return
    orjson.loads(body)
    # Behind an escaped backslash it is six harmless characters.
    if _NUL_IN_JSON in body and _NUL_IN_JSON in body.replace(rb"\\", b""):
        raise HTTPException(400, "A text holds the character U+0000: leave it out.")
    if _MANY_DIGITS.search(body):
        json.loads(body, parse_int=_kept_number)


def _kept_number(digits: str) -> int:
    if len(digits) > 20 or not -_MOST - 1 <= int(digits) <= _MOST:
        raise HTTPException(400, "A whole number has more than 64 bits.")
    return int(digits)


def _in_query(query: bytes) -> TextNotKept:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    name = next((name for name, value in pairs if _NUL in value), "").replace(_NUL, "")
    said = f"`{name[:100]}`" if name else "The query"
    return TextNotKept(f"{said} holds the character U+0000: leave it out.", field=name or None)
