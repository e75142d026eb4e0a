"""Entry: what is to be written down, before it has its place in the chain."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import orjson

from cadre.kernel.ids import OrgId
from cadre.kernel.scope import Scope

Result = Literal["ok", "refused", "failed"]

_MOST_CHARACTERS = 500
_MOST_DETAILS = 8_000
# What PostgreSQL, a terminal or UTF-8 can't take.
_UNTAKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`action` is "tag.verb"; `resource` "kind:id"; `details` never hold values of secrets.

    `actor_kind` is that of a principal, or "anonymous": then `actor_id` is empty.
    """

    org: OrgId
    action: str
    actor_kind: str
    actor_id: str = ""
    actor_name: str = ""
    resource: str = ""
    result: Result = "ok"
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    at: float = field(default_factory=time.time)

    @classmethod
    def by(cls, scope: Scope, action: str, resource: str = "", **more: Any) -> Self:
        """What the principal of `scope` did to `resource`."""
        who = scope.principal
        return cls(scope.org, action, who.kind, who.id, who.name, resource, **more)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is hashed and stored; `at` is in microseconds."""

    org_id: str
    at: int
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    resource: str
    result: str
    ip: str
    user_agent: str
    request_id: str
    details: str


def record_of(entry: AuditEntry) -> Record:
    """`entry` with nothing in it that no database takes, and of a size that none minds."""
    return Record(
        org_id=entry.org,
        at=round(entry.at * 1_000_000),
        actor_kind=_tamed(entry.actor_kind),
        actor_id=_tamed(entry.actor_id),
        actor_name=_tamed(entry.actor_name),
        action=_tamed(entry.action),
        resource=_tamed(entry.resource),
        result=entry.result,
        ip=_tamed(entry.ip),
        user_agent=_tamed(entry.user_agent),
        request_id=_tamed(entry.request_id),
        details=_text(entry.details),
    )


def _tamed(value: str) -> str:
    return _UNTAKEN.sub("\N{REPLACEMENT CHARACTER}", value[:_MOST_CHARACTERS])


def _text(details: Mapping[str, Any]) -> str:
    if not details:
        return "{}"
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    try:
        text = orjson.dumps(dict(details), default=str, option=options).decode()
    except (orjson.JSONEncodeError, UnicodeDecodeError):
        text = orjson.dumps({"unreadable": sorted(map(_tamed, map(str, details)))}).decode()
    if len(text) <= _MOST_DETAILS:
        return text
    names = [_tamed(str(name)) for name in list(details)[:20]]
    return orjson.dumps({"too_large": names}).decode()[:_MOST_DETAILS]
