"""The API: FastAPI between the middleware of this door and the routes of all rooms."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.authentication import Authentication
from cadre.edge.http.console import Console
from cadre.edge.http.errors import CatchErrors
from cadre.edge.http.granting import Granting
from cadre.edge.http.guards import add_security, document_permissions, require_guards
from cadre.edge.http.headers import AnswerHeaders
from cadre.edge.http.hosts import Hosts
from cadre.edge.http.limits import BodyLimits, LimitBodies
from cadre.edge.http.paths import DESCRIPTION
from cadre.edge.http.texts import CheckAddresses
from cadre.infra.web import add_problems, document, install_problems, served

_PREFIX = "/api/v1"

Front = Callable[[ASGIApp, Callable[[ASGIApp], ASGIApp]], ASGIApp]


class Api(FastAPI):
    """FastAPI behind `front`, which sees every request before any middleware."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.front(scope, receive, send)

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page and the API."""
        await super().__call__(scope, receive, send)


def make_api(
    *,
    version: str,
    routers: Iterable[APIRouter],
    hosts: Iterable[str],
    limits: BodyLimits,
    console: Path,
    gateway: Front,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    places: Sequence[type[Any]] = (),
    watches: Sequence[type[Any]] = (),
) -> FastAPI:
    """The ASGI app. `lifespan` fills `app.state.services` before the first request.

    `places` are middleware that say in which org, project and environment somebody works, once it is
    known who it is: what they may do is found out after that. `watches` see every request to the API
    before it is known who it is, and every answer.

    `gateway` takes what other doors answer and passes everything else on; before them, it only
    lets the names of the hosts be checked.
    """
    app = Api(
        title="cadre",
        version=version,
        summary="Teams of AI agents, journaled, permitted, paid for and visible.",
        openapi_url=DESCRIPTION,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    _mount(app, tuple(routers))
    install_problems(app)
    document(app, add_problems, add_security)
    # The last one added sees a request first.
    app.add_middleware(Granting)
    for place in places:
        app.add_middleware(place)
    app.add_middleware(Authentication)
    app.add_middleware(LimitBodies, limits=limits)
    app.add_middleware(CheckAddresses)
    for watch in watches:
        app.add_middleware(watch)
    app.add_middleware(Console, folder=console)
    app.add_middleware(Hosts, names=hosts)
    app.add_middleware(CatchErrors)
    app.add_middleware(AnswerHeaders)
    app.front = gateway(app.inside, partial(Hosts, names=hosts))
    return app


def _mount(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Serve `routers`, or raise if one of their routes does not say what it requires."""
    require_guards(routers)
    document_permissions(routers)
    for router in routers:
        rooms = frozenset(_room(path) for path, _ in served([router]))
        before = len(app.router.routes)
        app.include_router(router, prefix=_PREFIX)
        for route in app.router.routes[before:]:
            _skip_others(route, rooms)


def _skip_others(route: BaseRoute, rooms: frozenset[str]) -> None:
    """Look into `route` for paths of `rooms` only: trying 200 patterns is a quarter of a small call."""
    matches = route.matches

    def matches_own(scope: Scope) -> tuple[Match, Scope]:
        path: str = scope["path"]
        if path.startswith(_PREFIX) and _room(path.removeprefix(_PREFIX)) not in rooms:
            return Match.NONE, {}
        return matches(scope)

    route.matches = matches_own


def _room(path: str) -> str:
    """The first part of a path below the prefix."""
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _operation_id(route: APIRoute) -> str:
    """Names of routes are unique inside of a room, which its tag stands for."""
    return "_".join([*(str(tag) for tag in route.tags[:1]), route.name])
