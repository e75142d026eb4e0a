"""An org with an owner, an admin, a builder, a user and a guest, on each kind of database."""

from dataclasses import dataclass
from typing import Any

import pytest

from cadre.app.access import build_access
from cadre.infra.database import Database
from cadre.kernel.ids import UserId, new_id
from cadre.kernel.scope import Scope
from cadre.trust.access import (
    SYSTEM,
    Access,
    Actor,
    Bindings,
    Explaining,
    Groups,
    MemberRoles,
    Roles,
    ServiceAccounts,
    Subject,
    join,
)
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.store import AccountStore
from cadre.trust.keys import KeyBook, KeyRequest, Keys, NewKey
from cadre.trust.usage import Usage


@dataclass
class Org:
    """`people` are ids by the role that each has everywhere."""

    database: Database
    scope: Scope
    accounts: Accounts
    services: dict[type[Any], Any]
    people: dict[str, str]

    @property
    def access(self) -> Access:
        return self.services[Access]

    @property
    def bindings(self) -> Bindings:
        return self.services[Bindings]

    @property
    def roles(self) -> Roles:
        return self.services[Roles]

    @property
    def groups(self) -> Groups:
        return self.services[Groups]

    @property
    def accounts_of_services(self) -> ServiceAccounts:
        return self.services[ServiceAccounts]

    @property
    def explaining(self) -> Explaining:
        return self.services[Explaining]

    @property
    def members(self) -> MemberRoles:
        return self.services[MemberRoles]

    @property
    def book(self) -> KeyBook:
        return self.services[KeyBook]

    @property
    def keys(self) -> Keys:
        return self.services[Keys]

    def subject(self, role: str) -> Subject:
        return Subject("user", self.people[role])

    def actor(self, role: str) -> Actor:
        return Actor(self.subject(role), role)

    async def add(self, role: str) -> str:
        """Another person with that role."""
        user_id = new_id("usr")
        async with self.database.begin(self.scope) as work:
            await AccountStore(work).add_user(UserId(user_id), role.title(), 1.0)
            await join(work, user_id, role)
        return user_id

    async def key_of(self, role: str, **wanted: Any) -> NewKey:
        """A key of whoever has that role."""
        async with self.database.begin(self.scope) as work:
            request = KeyRequest(name="test", **wanted)
            return await self.book.create(work, SYSTEM, self.subject(role), request)


async def org_of(database: Database, scope: Scope) -> Org:
    accounts = Accounts()
    services = build_access(database, accounts, Usage())
    async with database.begin(scope) as work:
        owner = await accounts.ensure_owner(work)
    org = Org(database, scope, accounts, services, {"owner": owner.id})
    for role in ("admin", "builder", "operator", "user", "guest"):
        org.people[role] = await org.add(role)
    return org


@pytest.fixture
async def org(database: Database, scope: Scope) -> Org:
    return await org_of(database, scope)
