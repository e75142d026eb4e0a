"""How grants are written down, narrowed, and compared with what somebody has."""

from collections.abc import Iterable

import orjson

from cadre.kernel.errors import Invalid
from cadre.kernel.grants import ANYTHING, OWN, Grant, Grants
from cadre.trust.access.permissions import KINDS, ORG_WIDE, PERMISSIONS

_MOST_CHARACTERS = 200
# All that can be done in one project or environment: what a key that is bound to one is cut down to.
IN_ONE_PLACE: frozenset[Grant] = frozenset(Grant(each) for each in PERMISSIONS.keys() - ORG_WIDE)


class BadGrant(Invalid):
    """A grant names no permission or no kind of thing that there is."""

    code = "bad_grant"


def written(grants: Iterable[Grant]) -> str:
    """As a column keeps them."""
    return orjson.dumps([[g.permission, g.resource] for g in sorted(grants)]).decode()


def read(text: str) -> frozenset[Grant]:
    """What `written` wrote."""
    return frozenset(Grant(permission, resource) for permission, resource in orjson.loads(text))


def check_grant(grant: Grant, field: str) -> None:
    """Raise `BadGrant` if `grant` can never mean anything: most likely it is misspelled."""
    if not _meant(grant):
        raise BadGrant(
            f"`{grant.permission[:_MOST_CHARACTERS]}` is no permission. "
            "GET /api/v1/access/permissions lists them; `*` stands for any part.",
            field=field,
        )
    check_resource(grant.resource, field)


def check_resource(resource: str, field: str) -> None:
    """Raise `BadGrant` unless it is `kind:name` of a kind that there is, with `*` for anything."""
    kind, colon, name = resource.partition(":")
    is_known = colon and name and kind in KINDS and len(resource) <= _MOST_CHARACTERS
    if resource not in (ANYTHING, OWN) and not is_known:
        raise BadGrant(
            f"`{resource[:_MOST_CHARACTERS]}` names nothing: write `*`, `own`, or a kind and a name "
            f"as `agent:support-*`. Kinds: {', '.join(KINDS)}.",
            field=field,
        )


def narrowed(grants: Iterable[Grant], resources: Iterable[str]) -> frozenset[Grant]:
    """`grants`, on what `resources` name alone; on what they are on if there are none."""
    patterns = list(resources)
    if not patterns:
        return frozenset(grants)
    both = (_both(grant, pattern) for grant in grants for pattern in patterns)
    return frozenset(grant for grant in both if grant is not None)


def in_one_place(grants: Iterable[Grant]) -> frozenset[Grant]:
    """What `grants` give in a single project or environment: nothing that counts beyond it."""
    return frozenset(
        Grant(permission, grant.resource)
        for grant in grants
        for permission in _meant(grant)
        if permission not in ORG_WIDE
    )


def missing(have: Grants, wanted: Iterable[Grant]) -> Grant | None:
    """The first of `wanted` that `have` does not hold in full; None if all are held.

    A pattern is held if each permission that it stands for is; `*` alone also stands for those to
    come, and so only who has `*` holds it.
    """
    for grant in sorted(wanted):
        if have.allows(grant.permission, grant.resource):
            continue
        expanded = list(_meant(grant))
        if grant.permission == ANYTHING or not expanded:
            return grant
        for permission in expanded:
            if not have.allows(permission, grant.resource):
                return Grant(permission, grant.resource)
    return None


def _meant(grant: Grant) -> list[str]:
    return [each for each in PERMISSIONS if Grant(grant.permission).covers(each, ANYTHING)]


def _both(grant: Grant, pattern: str) -> Grant | None:
    """A pattern that another one matches as if it were a name stands for nothing else than that one."""
    permission = grant.permission
    if Grant(permission, grant.resource).covers(permission, pattern):
        return Grant(permission, pattern)
    if Grant(permission, pattern).covers(permission, grant.resource):
        return grant
    return None
