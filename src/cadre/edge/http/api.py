"""The API: FastAPI between the middleware of this door and the routes of all rooms."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.authentication import Authentication
from cadre.edge.http.console import Console
from cadre.edge.http.errors import CatchErrors
from cadre.edge.http.granting import Granting
from cadre.edge.http.guards import document_permissions, require_guards
from cadre.edge.http.headers import AnswerHeaders
from cadre.edge.http.hosts import Hosts
from cadre.edge.http.limits import BodyLimits, LimitBodies
from cadre.edge.http.paths import DESCRIPTION
from cadre.infra.web import document_problems, install_problems

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
    document_problems(app)
    # The last one added sees a request first.
    app.add_middleware(Granting)
    for place in places:
        app.add_middleware(place)
    app.add_middleware(Authentication)
    app.add_middleware(LimitBodies, limits=limits)
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
        app.include_router(router, prefix=_PREFIX)


def _operation_id(route: APIRoute) -> str:
    """Names of routes are unique inside of a room, which its tag stands for."""
    return "_".join([*(str(tag) for tag in route.tags[:1]), route.name])
