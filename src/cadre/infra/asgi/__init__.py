"""Bare ASGI: for doors that a request should pass through in microseconds.

One exchange of request and answer, the fields of a body with what is wrong told by its place, files
that a request holds or points to. Nothing here knows a dialect or a model.
"""

from cadre.infra.asgi.exchange import BodyTooLarge, ClientGone, Exchange, Header, Receive, Send
from cadre.infra.asgi.fields import BadField, Fields, MalformedJson, NotSupported, kind
from cadre.infra.asgi.files import Content, RequestFiles
from cadre.infra.asgi.json_schema import check_schema
from cadre.infra.asgi.pieces import (
    Opening,
    Pieces,
    known_headers,
    opened,
    send_pieces,
    send_whole,
)

__all__ = [
    "BadField",
    "BodyTooLarge",
    "ClientGone",
    "Content",
    "Exchange",
    "Fields",
    "Header",
    "MalformedJson",
    "NotSupported",
    "Opening",
    "Pieces",
    "Receive",
    "RequestFiles",
    "Send",
    "check_schema",
    "kind",
    "known_headers",
    "opened",
    "send_pieces",
    "send_whole",
]
