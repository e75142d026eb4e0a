"""Guards: no route is served that does not say what it requires."""

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute

from cadre.infra.web import permit_of, served, unguarded
from cadre.kernel.errors import Invalid


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
