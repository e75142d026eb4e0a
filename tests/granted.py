"""Grants for tests of routes that are not about permissions."""

from collections.abc import Awaitable, Callable
from typing import Any

from cadre.infra.web import set_grants
from cadre.kernel.grants import EVERYTHING, Grants

App = Callable[[Any, Any, Any], Awaitable[None]]


def granted(app: App, grants: Grants = EVERYTHING) -> App:
    """`app` as somebody sees it who may do what `grants` say."""

    async def seen(asgi_scope: Any, receive: Any, send: Any) -> None:
        set_grants(asgi_scope, grants)
        await app(asgi_scope, receive, send)

    return seen
