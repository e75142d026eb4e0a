"""What every door for foreign clients does alike: keys, addresses, errors, and the way to an answer.

A door says how its dialect differs, in data and a few functions; nothing here knows any dialect.
"""

from cadre.edge.gateway.admission import Admission
from cadre.edge.gateway.asking import Asking
from cadre.edge.gateway.door import Address, Addresses, Dialect, Door
from cadre.edge.gateway.errors import JSON, NoSuchAddress, by_kind, retry_headers
from cadre.edge.gateway.facts import Seen
from cadre.edge.gateway.listing import ModelsList
from cadre.edge.gateway.passage import Passage
from cadre.edge.gateway.question import Question, Whole, Words, Writer
from cadre.edge.gateway.sealing import sealed, unsealed

__all__ = [
    "JSON",
    "Address",
    "Addresses",
    "Admission",
    "Asking",
    "Dialect",
    "Door",
    "ModelsList",
    "NoSuchAddress",
    "Passage",
    "Question",
    "Seen",
    "Whole",
    "Words",
    "Writer",
    "by_kind",
    "retry_headers",
    "sealed",
    "unsealed",
]
