"""Access and keys, put together with what they need to know of people and of usage."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cadre.app.ground import Services
from cadre.infra.database import Database, Work
from cadre.trust.access import (
    Access,
    Bindings,
    Explaining,
    Groups,
    MemberRoles,
    Roles,
    ServiceAccounts,
)
from cadre.trust.accounts import Accounts
from cadre.trust.keys import KeyBook, Keys, Used
from cadre.trust.usage import Timespan, Usage, UsageFilter

_MOST_KEYS = 10_000


class UsedByKeys:
    """Usage by key, for the book of keys."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage

    async def this_month(self, work: Work) -> Mapping[str, Used]:
        """What was used with each key, by its id."""
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        span = Timespan(today.replace(day=1).timestamp(), (today + timedelta(1)).timestamp())
        shares = await self._usage.breakdown(work, span, UsageFilter(), "key", _MOST_KEYS)
        return {each.name: Used(each.calls, each.cost_usd) for each in shares.items if each.name}


def build_access(database: Database, accounts: Accounts, usage: Usage) -> Services:
    """The services of access and keys by type."""
    access = Access(database)
    bindings, services = Bindings(access, accounts), ServiceAccounts(access)
    made = (
        access,
        bindings,
        services,
        Roles(access),
        Groups(access, bindings),
        Explaining(accounts),
        MemberRoles(access, bindings),
        KeyBook(access, services, accounts, UsedByKeys(usage)),
        Keys(database, accounts, access),
    )
    return {type(each): each for each in made}
