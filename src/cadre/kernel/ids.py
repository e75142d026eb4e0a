"""Ids: a prefix that says what is named, then 26 characters that sort by time of birth.

Time order matters: random keys scatter SQLite's and PostgreSQL's index pages and cost
several times more per insert.
"""

import os
import time
from typing import NewType

OrgId = NewType("OrgId", str)
ProjectId = NewType("ProjectId", str)
UserId = NewType("UserId", str)
RunId = NewType("RunId", str)
ConversationId = NewType("ConversationId", str)
ApprovalId = NewType("ApprovalId", str)
AgentName = NewType("AgentName", str)
BlobId = NewType("BlobId", str)  # "sha256:<hex>"

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new_id(prefix: str) -> str:
    """Return `prefix_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)]
    return f"{prefix}_{''.join(pairs)}"
