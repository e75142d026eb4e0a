"""Subjects have roles; an actor is one at work, perhaps through a key that may do less."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from cadre.kernel.errors import Unauthenticated
from cadre.kernel.grants import Grant
from cadre.kernel.scope import Principal

SubjectKind = Literal["user", "group", "service"]
_KEY = "cadre_actor"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whoever a role can be given to."""

    kind: SubjectKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever changes something. `limits`, `project` and `environment` are those of their key.

    Without a subject it is the installation itself, which nobody reaches from outside.
    """

    subject: Subject | None
    name: str
    limits: tuple[frozenset[Grant], ...] = ()
    project: str | None = None
    environment: str | None = None

    @property
    def is_bound(self) -> bool:
        """Whether a key acts, and in one project or environment only."""
        return self.project is not None or self.environment is not None


SYSTEM = Actor(None, "the system")


def person(principal: Principal) -> Actor:
    """The person of `principal`, without a key between."""
    return Actor(Subject("user", principal.id), principal.name)


def set_actor(asgi_scope: MutableMapping[str, Any], actor: Actor) -> None:
    """Say who acts on this connection. Only a door calls this, after it knows."""
    asgi_scope.setdefault("state", {})[_KEY] = actor


def actor_of(asgi_scope: MutableMapping[str, Any]) -> Actor:
    """Who acts on this connection, or `Unauthenticated`."""
    actor = asgi_scope.get("state", {}).get(_KEY)
    if not isinstance(actor, Actor):
        raise Unauthenticated("Sign in, or send a key as `Authorization: Bearer ck_...`.")
    return actor
