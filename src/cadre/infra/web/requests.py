"""What a request carries: its scope, and the app whose services answer it.

The door that signs people in writes the scope into the ASGI scope's state; a route that
asks for `CurrentScope` refuses a request without one. What is looked up here is `async` only
because FastAPI would call a plain function on a thread.
"""

from collections.abc import MutableMapping
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from cadre.kernel.errors import Unauthenticated
from cadre.kernel.scope import Scope

_KEY = "cadre_scope"


def set_scope(asgi_scope: MutableMapping[str, Any], scope: Scope) -> None:
    """Say for whom this connection acts. Only a door calls this, after it knows."""
    asgi_scope.setdefault("state", {})[_KEY] = scope


def scope_of(asgi_scope: MutableMapping[str, Any]) -> Scope | None:
    """For whom this connection acts; None as long as nobody has said."""
    scope = asgi_scope.get("state", {}).get(_KEY)
    return scope if isinstance(scope, Scope) else None


async def current_scope(connection: HTTPConnection) -> Scope:
    """The scope of this request, or `Unauthenticated`."""
    scope = scope_of(connection.scope)
    if scope is None:
        raise Unauthenticated(
            "Sign in with a sign-in link, or send a key as `Authorization: Bearer ck_...`."
        )
    return scope


CurrentScope = Annotated[Scope, Depends(current_scope)]


def Provide(service: type[Any]) -> Any:  # noqa: N802  # reads as the type marker that it is: Annotated[Runs, Provide(Runs)]
    """A dependency on the one `service` that wiring made, looked up by its type."""

    async def find(connection: HTTPConnection) -> Any:
        return connection.app.state.services[service]

    return Depends(find)
