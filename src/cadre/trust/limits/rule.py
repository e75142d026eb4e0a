"""Rules: how many requests in how many seconds, for whom, to what."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from cadre.trust.limits.errors import SubjectUnknown

SubjectKind = Literal["user", "key", "service", "address", "org"]
Endpoints = Literal["sign_in", "reads", "writes", "uploads", "gateway"]

# Of whatever kind, together: by what an org may have, not by its rules.
ALL: Literal["all"] = "all"
Counting = Endpoints | Literal["all"]

KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
ENDPOINTS: tuple[Endpoints, ...] = get_args(Endpoints)


class Rule(NamedTuple):
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: int


_EACH: Mapping[Endpoints, Rule] = {
    "reads": Rule(3_000, 60),
    "writes": Rule(1_200, 60),
    "uploads": Rule(120, 60),
    "gateway": Rule(300_000, 60),
}

# What an org that says nothing has. Behind one address there may be a whole company.
DEFAULTS: Mapping[tuple[str, Endpoints], Rule] = MappingProxyType(
    {
        **{
            (kind, group): rule
            for kind in ("user", "key", "service")
            for group, rule in _EACH.items()
        },
        ("address", "sign_in"): Rule(30, 60),
        ("address", "reads"): Rule(12_000, 60),
        ("address", "writes"): Rule(6_000, 60),
        ("address", "uploads"): Rule(600, 60),
        ("org", "reads"): Rule(60_000, 60),
        ("org", "writes"): Rule(12_000, 60),
        ("org", "uploads"): Rule(1_200, 60),
        ("org", "gateway"): Rule(600_000, 60),
    }
)


def check_subject(subject: str) -> None:
    """Raise `SubjectUnknown` unless `subject` is a kind, or a kind and an id: "key:key_1"."""
    kind, colon, id_ = subject.partition(":")
    if kind not in KINDS or (colon and (not id_ or kind == "org")):
        kinds = ", ".join(f"`{each}`" for each in KINDS)
        raise SubjectUnknown(
            f"`subject` is one of {kinds} for each of them, or one of them by id as `key:key_1`.",
            field="subject",
        )
