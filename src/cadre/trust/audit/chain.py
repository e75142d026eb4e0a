"""Chain: how an event is hashed, so that anybody can compute it again from an export.

hash = SHA-256 of the line "cadre-audit-1", a newline, and a JSON object in UTF-8 without
white space, keys in the order of their letters, characters beyond ASCII as themselves:
all columns but `hash`; `at` as whole microseconds; `details` as the text that is stored. `previous_hash` is
the hash of the event before, 64 zeros for the first one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from cadre.trust.audit.entry import Record

GENESIS = "0" * 64
_VERSION = b"cadre-audit-1\n"
_NAMES = (
    *("action", "actor_id", "actor_kind", "actor_name", "at", "details", "ip", "org_id"),
    *("previous_hash", "request_id", "resource", "result", "seq", "user_agent"),
)


def hash_of(event: Mapping[str, Any]) -> str:
    """The hash that `event` (a row) should have."""
    said = {name: event[name] for name in _NAMES}
    said["at"] = round(said["at"] * 1_000_000)
    return _digest(said)


def linked(records: Iterable[Record], seq: int, previous: str) -> list[dict[str, Any]]:
    """Rows for `records`, of one org, after the event `seq` whose hash is `previous`."""
    rows: list[dict[str, Any]] = []
    for record in records:
        seq += 1
        said = {
            "action": record.action,
            "actor_id": record.actor_id,
            "actor_kind": record.actor_kind,
            "actor_name": record.actor_name,
            "at": record.at,
            "details": record.details,
            "ip": record.ip,
            "org_id": record.org_id,
            "previous_hash": previous,
            "request_id": record.request_id,
            "resource": record.resource,
            "result": record.result,
            "seq": seq,
            "user_agent": record.user_agent,
        }
        previous = _digest(said)
        rows.append({**said, "at": record.at / 1_000_000, "hash": previous})
    return rows


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(_VERSION + orjson.dumps(said)).hexdigest()
