"""What accounts needs of others: roles and their grants, a place to say what happened, keys."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cadre.infra.database import Work
from cadre.kernel.grants import Grant, Grants
from cadre.kernel.ids import OrgId, UserId
from cadre.trust.accounts.types import Identity


class RoleBook(Protocol):
    """Who has which role in the org of a work, and what it lets them do."""

    async def grants_for(self, work: Work, user_id: UserId) -> Grants:
        """What `user_id` may do in the scope of `work`."""
        ...

    async def grants_of(self, work: Work, role: str) -> frozenset[Grant]:
        """What `role` gives, or raise `Invalid` with the field "role" if there is none."""
        ...

    async def held(self, work: Work, user_ids: Collection[str]) -> dict[str, str]:
        """The role that each has in the whole org, of several the one that lets them do most.

        Who has none is left out.
        """
        ...

    async def keep_an_owner(self, work: Work, user_id: UserId) -> None:
        """Raise `LastOwner` if nobody but `user_id` is an owner who can sign in."""
        ...

    async def assign(self, work: Work, user_id: UserId, role: str) -> None:
        """Make `role` the one role that `user_id` has in the whole org; the last owner stays one."""
        ...

    async def forget(self, work: Work, user_id: UserId) -> None:
        """Take everything from somebody who is no member any more."""
        ...


class KeyDoor(Protocol):
    """Whoever knows the keys of the API."""

    async def identity(self, key: str) -> Identity | None:
        """On whose behalf `key` acts; None if it is not valid."""
        ...


class WaysIn(Protocol):
    """Whoever else can say who somebody is, in the place of a password."""

    async def offered(self, work: Work) -> list[dict[str, str]]:
        """What the sign-in page offers: `id`, `name`, `kind` and the path to `start` at."""
        ...

    async def check(self, work: Work, user_id: UserId, method: str) -> None:
        """Raise `Denied` if `user_id` may not come in by `method`."""
        ...


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something that an audit should know and HTTP does not show. `details` hold no secrets."""

    org: OrgId
    action: str
    user_id: str = ""
    user_name: str = ""
    result: Literal["ok", "refused", "failed"] = "ok"
    address: str = ""
    user_agent: str = ""
    details: Mapping[str, object] = field(default_factory=dict[str, object])


class EventLog(Protocol):
    """Where events are written down."""

    async def write(self, event: AccountEvent) -> None: ...
