"""Ownership: whether a thing is somebody's own, asked when they may do something to their own only."""

from abc import ABC, abstractmethod
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import HTTPConnection

from cadre.infra.web.requests import current_scope
from cadre.kernel.scope import Scope

_KEY = "cadre_owners"


class Ownership(ABC):
    """Knows who made what."""

    @abstractmethod
    async def owns(self, scope: Scope, owners: frozenset[str], resource: str) -> bool:
        """Whether one of `owners` (as "user:usr_1") made `resource` (as "run:run_1")."""


def set_owners(asgi_scope: MutableMapping[str, Any], *owners: str) -> None:
    """Say as whom this connection owns things, the first of all. Only a door calls this."""
    asgi_scope.setdefault("state", {})[_KEY] = owners


def owners_of(connection: HTTPConnection) -> frozenset[str]:
    """As whom this connection owns things."""
    return frozenset(connection.scope.get("state", {}).get(_KEY, ()))


def maker_of(connection: HTTPConnection) -> str:
    """Who owns what this connection makes; empty if no door has said so."""
    return next(iter(connection.scope.get("state", {}).get(_KEY, ())), "")


async def is_own(connection: HTTPConnection, resource: str) -> bool:
    """Whether `resource` belongs to whoever is behind this connection."""
    owners, ownership = owners_of(connection), connection.app.state.services.get(Ownership)
    if not owners or not isinstance(ownership, Ownership):
        return False
    return await ownership.owns(await current_scope(connection), owners, resource)
