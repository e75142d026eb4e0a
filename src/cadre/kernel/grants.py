"""Grants: what a principal may do, as patterns of permissions on patterns of resources.

A permission is `resource:action`, as "runs:read"; a resource one thing, as "agent:support".
In a pattern `*` stands for anything: "runs:*", "agent:support-*", "*".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

ANYTHING = "*"
# A resource in a grant: whatever somebody made themselves.
OWN = "own"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """Whoever has it may do what `permission` names to what `resource` names."""

    permission: str
    resource: str = ANYTHING

    def covers(self, permission: str, resource: str) -> bool:
        return _matches(permission, self.permission) and _matches(resource, self.resource)


@dataclass(frozen=True, slots=True)
class Grants:
    """All that one principal may do in one scope; `limits` are the grants that those are cut down to.

    A key can't do more than the person that made it: its own grants are `limits` to that person's.
    """

    given: frozenset[Grant] = frozenset()
    limits: tuple[frozenset[Grant], ...] = ()

    @classmethod
    def of(cls, *permissions: str) -> "Grants":
        """These permissions on everything."""
        return cls(frozenset(Grant(each) for each in permissions))

    def allows(self, permission: str, resource: str = ANYTHING) -> bool:
        """Whether `permission` is granted on `resource`; without one, on everything there is."""
        return all(_covered(each, permission, resource) for each in (self.given, *self.limits))

    def allows_some(self, permission: str) -> bool:
        """Whether `permission` is granted on anything at all: what a list then holds is filtered."""
        return all(_somewhere(each, permission) for each in (self.given, *self.limits))

    def within(self, limits: Iterable[Grant]) -> "Grants":
        """The same, cut down to what `limits` cover too."""
        return Grants(self.given, (*self.limits, frozenset(limits)))


EVERYTHING = Grants.of(ANYTHING)
NOTHING = Grants()


def _covered(grants: Iterable[Grant], permission: str, resource: str) -> bool:
    return any(grant.covers(permission, resource) for grant in grants)


def _somewhere(grants: Iterable[Grant], permission: str) -> bool:
    return any(_matches(permission, grant.permission) for grant in grants)


def _matches(value: str, pattern: str) -> bool:
    return pattern in (ANYTHING, value) or (
        ANYTHING in pattern and _compiled(pattern).fullmatch(value) is not None
    )


@lru_cache(4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split(ANYTHING))), re.DOTALL)
