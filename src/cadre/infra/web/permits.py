"""Permits: what a route asks of whoever calls it, said where the route is defined.

`@router.post("", dependencies=[requires("agents:write")])`. The door that signs people in says
what they may do; a route without a permit does not get served (see `unguarded`).
"""

from collections.abc import Iterable, MutableMapping
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection

from cadre.kernel.errors import Denied
from cadre.kernel.grants import ANYTHING, NOTHING, Grants

_KEY = "cadre_grants"


class PermissionMissing(Denied):
    """Whoever asks is known, but was not granted this."""

    code = "permission_missing"


class Permit:
    """The dependency of a route. `permission` None: whoever is signed in, or nobody has to be."""

    def __init__(self, permission: str | None, resource: str = ANYTHING) -> None:
        """`resource` may name parameters of the path, as "agent:{name}"."""
        self.permission = permission
        self.resource = resource

    async def __call__(self, connection: HTTPConnection) -> None:
        if self.permission is None:
            return
        resource = self.resource.format_map(connection.path_params)
        check(grants_of(connection), self.permission, resource)


def requires(permission: str, resource: str = ANYTHING) -> Any:
    """Only whoever was granted `permission` on `resource` may call this route."""
    return Depends(Permit(permission, resource))


def requires_nothing() -> Any:
    """Whoever is signed in may call this route; it is about themselves, or says nothing."""
    return Depends(Permit(None))


def check(grants: Grants, permission: str, resource: str = ANYTHING) -> None:
    """Raise `PermissionMissing` unless `grants` allow `permission` on `resource`."""
    if not grants.allows(permission, resource):
        on = "" if resource == ANYTHING else f" on `{resource}`"
        raise PermissionMissing(
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


def unguarded(routers: Iterable[APIRouter]) -> list[str]:
    """The routes that do not say what they require, as "POST /agents"."""
    missing: list[str] = []
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute | APIWebSocketRoute) and permit_of(route) is None:
                methods = ",".join(sorted(getattr(route, "methods", None) or {"WEBSOCKET"}))
                missing.append(f"{methods} {route.path}")
    return missing


def permit_of(route: APIRoute | APIWebSocketRoute) -> Permit | None:
    """What `route` requires; None if it does not say."""
    calls = (each.call for each in route.dependant.dependencies)
    return next((call for call in calls if isinstance(call, Permit)), None)
