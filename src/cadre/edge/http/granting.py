"""Granting: what whoever asks may do, and in whose name they change what others may.

It stands behind whatever says who asks and where they work; without those nothing is granted.
"""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.refusals import refuse
from cadre.infra.web import current_scope, set_grants, set_owners
from cadre.kernel import scope as kernel
from cadre.kernel.grants import NOTHING, Grants
from cadre.trust.access import Access, Subject, person, set_actor
from cadre.trust.accounts import Identity
from cadre.trust.keys import KeyIdentity, KeyRateReached, Keys, cut_down


class Granting:
    """Middleware: put grants and the actor on a request that has an identity."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        identity = scope.get("state", {}).get("identity")
        if isinstance(identity, KeyIdentity):
            keys: Keys = scope["app"].state.services[Keys]
            try:
                keys.count(identity)
            except KeyRateReached as error:
                wait = {"Retry-After": str(max(1, round(error.retry_after_seconds)))}
                return await refuse(error, scope, receive, send, headers=wait)
        if isinstance(identity, Identity):
            await _grant(scope, identity)
        return await self._app(scope, receive, send)


async def _grant(scope: Scope, identity: Identity) -> None:
    """For where the request is placed, which need not be where the identity is at home."""
    access: Access = scope["app"].state.services[Access]
    whose = await current_scope(HTTPConnection(scope))
    if isinstance(identity, KeyIdentity):
        set_grants(scope, await _by_key(access, whose, identity))
        if identity.actor is not None:
            set_actor(scope, identity.actor)
            set_owners(scope, str(identity.actor.subject), f"key:{identity.scope.principal.id}")
    else:
        set_grants(scope, await access.grants_of(whose, Subject("user", identity.user.id)))
        set_actor(scope, person(identity.scope.principal))
        set_owners(scope, f"user:{identity.user.id}")


async def _by_key(access: Access, whose: kernel.Scope, identity: KeyIdentity) -> Grants:
    if whose == identity.scope:
        return identity.grants
    actor = identity.actor
    if actor is None or actor.subject is None:
        return NOTHING
    return cut_down(await access.grants_of(whose, actor.subject), actor)
