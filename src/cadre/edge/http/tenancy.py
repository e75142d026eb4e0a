"""Tenancy: whoever signed in is of the org of this host, and works where the request says.

A session or a key of another org is refused as one that nobody knows: on this host it is none.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.hosts import HEALTH
from cadre.edge.http.refusals import refuse
from cadre.infra.web import current_scope, set_scope
from cadre.kernel.errors import CadreError, Denied, Unauthenticated
from cadre.trust.accounts import Identity
from cadre.trust.keys import KeyIdentity
from cadre.trust.orgs import Tenants, admits


class KeyIsBound(Denied):
    """The key was made for another project or environment."""

    code = "key_is_bound"


class Tenancy:
    """Middleware, inside of authentication."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and "identity" in scope.get("state", {}):
            try:
                await _place(scope)
            except CadreError as error:
                return await refuse(error, scope, receive, send)
        return await self._app(scope, receive, send)


async def _place(scope: Scope) -> None:
    whose, headers = await current_scope(HTTPConnection(scope)), Headers(scope=scope)
    if not admits(scope, whose.org, is_program="authorization" in headers):
        raise Unauthenticated(
            "Open a sign-in link of this organisation, or send one of its keys as "
            "`Authorization: Bearer ck_...`."
        )
    tenants: Tenants = scope["app"].state.services[Tenants]
    if scope["path"] != HEALTH:
        await tenants.require_active(whose.org)
    project, environment = headers.get("x-cadre-project"), headers.get("x-cadre-environment")
    if project is not None or environment is not None:
        _check_bounds(scope["state"]["identity"], project, environment)
        set_scope(scope, await tenants.place(whose, project, environment))


def _check_bounds(identity: Identity, project: str | None, environment: str | None) -> None:
    """A key that was made for one project or environment stays there."""
    actor = identity.actor if isinstance(identity, KeyIdentity) else None
    if actor is None:
        return
    for said, own in ((project, actor.project), (environment, actor.environment)):
        if said is not None and own is not None and said != own:
            raise KeyIsBound(f"This key works in `{own}` only: leave the header out.")
