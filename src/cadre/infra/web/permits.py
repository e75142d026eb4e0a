"""Permits: what a route asks of whoever calls it, said where the route is defined.

`@router.post("", dependencies=[requires("agents:write")])`. The door that signs people in says
what they may do; a route without a permit does not get served (see `unguarded`).
"""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.requests import HTTPConnection

from cadre.infra.web.ownership import is_own, owners_of
from cadre.kernel.errors import Denied
from cadre.kernel.grants import ANYTHING, NOTHING, OWN, Grants

_KEY = "cadre_grants"


class PermissionMissing(Denied):
    """Whoever asks is known, but was not granted this."""

    code = "permission_missing"


class Permit:
    """The dependency of a route. `permission` None: whoever is signed in, or nobody has to be.

    `resource` None: it is enough to have the permission on something, and the route says on what.
    With `own` it is also enough to have it on one's own things, to which the route keeps.
    """

    def __init__(
        self, permission: str | None, resource: str | None = ANYTHING, *, own: bool = False
    ) -> None:
        """`resource` may name parameters of the path, as "agent:{name}"."""
        self.permission = permission
        self.resource = resource
        self.own = own

    async def __call__(self, connection: HTTPConnection) -> None:
        if self.permission is None:
            return
        grants = grants_of(connection)
        if self.own and grants.allows(self.permission, OWN):
            return
        if self.resource is None:
            if not grants.allows_some(self.permission):
                raise _missing(self.permission, ANYTHING)
            return
        resource = self.resource.format_map(connection.path_params)
        await authorize(connection, self.permission, resource)


def requires(permission: str, resource: str = ANYTHING) -> Any:
    """Only whoever was granted `permission` on `resource` may call this route."""
    return Depends(Permit(permission, resource))


def requires_own(permission: str) -> Any:
    """Only whoever was granted `permission` on everything, or on their own: see `only_own`."""
    return Depends(Permit(permission, own=True))


def requires_some(permission: str) -> Any:
    """Only whoever was granted `permission` on something; the route answers or checks the rest."""
    return Depends(Permit(permission, None))


def requires_nothing() -> Any:
    """Whoever is signed in may call this route; it is about themselves, or says nothing."""
    return Depends(Permit(None))


async def authorize(connection: HTTPConnection, permission: str, resource: str) -> None:
    """Raise `PermissionMissing` unless `permission` is granted on `resource`, or on one's own if it is."""
    grants = grants_of(connection)
    if grants.allows(permission, resource):
        return
    if not (grants.allows(permission, OWN) and await is_own(connection, resource)):
        raise _missing(permission, resource)


def check(grants: Grants, permission: str, resource: str = ANYTHING) -> None:
    """Raise `PermissionMissing` unless `grants` allow `permission` on `resource`."""
    if not grants.allows(permission, resource):
        raise _missing(permission, resource)


def _missing(permission: str, resource: str) -> PermissionMissing:
    on = "" if resource == ANYTHING else f" on `{resource}`"
    return PermissionMissing(
        f"This needs the permission `{permission}`{on}. Whoever manages the members of "
        "your organisation can grant it."
    )


def set_grants(asgi_scope: MutableMapping[str, Any], grants: Grants) -> None:
    """Say what this connection may do. Only a door calls this, after it knows."""
    asgi_scope.setdefault("state", {})[_KEY] = grants


def grants_of(connection: HTTPConnection) -> Grants:
    """What this connection may do: nothing, until a door has said so."""
    found = connection.scope.get("state", {}).get(_KEY)
    return found if isinstance(found, Grants) else NOTHING


def only_own(connection: HTTPConnection, permission: str) -> frozenset[str] | None:
    """Whose things a list may show; None if everybody's."""
    return None if grants_of(connection).allows(permission) else owners_of(connection)


def unguarded(routers: Iterable[APIRouter]) -> list[str]:
    """The routes that do not say what they require, as "POST /agents"."""
    missing: list[str] = []
    for path, route in served(routers):
        if permit_of(route) is None:
            methods = ",".join(sorted(getattr(route, "methods", None) or {"WEBSOCKET"}))
            missing.append(f"{methods} {path}")
    return missing


def served(routers: Iterable[APIRouter]) -> Iterator[tuple[str, APIRoute | APIWebSocketRoute]]:
    """Every route of `routers` and of those that they include, with its whole path."""
    for router in routers:
        for context in iter_route_contexts(router.routes):
            route = context.original_route
            if isinstance(route, APIRoute | APIWebSocketRoute):
                yield context.path or route.path, route


def permit_of(route: APIRoute | APIWebSocketRoute) -> Permit | None:
    """What `route` requires; None if it does not say."""
    calls = (each.call for each in route.dependant.dependencies)
    return next((call for call in calls if isinstance(call, Permit)), None)
