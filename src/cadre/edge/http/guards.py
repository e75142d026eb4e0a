"""Guards: no route is served that does not say what it requires; the description says it too."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from cadre.edge.http.paths import is_open
from cadre.infra.web import operations, permit_of, served, unguarded
from cadre.kernel.errors import Invalid
from cadre.trust.accounts import SESSION_COOKIE

_WAYS_IN: dict[str, dict[str, str]] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key (`ck_...`), or the access token of a program.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "The page's. Whatever changes something also sends X-CSRF-Token.",
    },
}


class RouteUnguarded(Invalid):
    """A route says nothing of permissions, so nobody knows who may call it."""

    code = "route_unguarded"


def require_guards(routers: Iterable[APIRouter]) -> None:
    """Raise `RouteUnguarded`, with the names of all routes that say nothing."""
    if missing := unguarded(routers):
        raise RouteUnguarded(
            f"These routes do not say what they require: {', '.join(missing)}. Give each "
            "`dependencies=[requires(...)]`, or `requires_nothing()` if it is for everybody."
        )


def document_permissions(routers: Iterable[APIRouter]) -> None:
    """Say in the OpenAPI description what each route requires."""
    for _path, route in served(routers):
        permit = permit_of(route)
        if isinstance(route, APIRoute) and permit is not None and permit.permission is not None:
            said = {"x-permission": permit.permission, "x-resource": permit.resource}
            shown = {name: value for name, value in said.items() if value not in (None, "*")}
            route.openapi_extra = {**(route.openapi_extra or {}), **shown}


def add_security(description: dict[str, Any]) -> None:
    """Say how to come in, and where nobody has to."""
    description["components"]["securitySchemes"] = _WAYS_IN
    for path, method, operation in operations(description):
        is_public = is_open({"type": "http", "method": method.upper(), "path": path})
        operation["security"] = [] if is_public else [{name: []} for name in _WAYS_IN]
