"""Lending: values of secrets for one call of a tool, leased for as long as it lasts.

A model never has them: it writes `{{secret:NAME}}` where a tool takes that, and the tool puts the
value in after the gate has let the call pass.
"""

import re
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import asynccontextmanager

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import Denied
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_list, is_object
from cadre.trust.secrets import Lease, Leases

LEASE_SECONDS = 600.0
_log = get_logger("tools")
_PLACEHOLDER = re.compile(r"\{\{ *secret:([A-Za-z][A-Za-z0-9_.-]{0,99}) *\}\}")


class SecretNotLent(Denied):
    """The call may not use this secret, or not there."""

    code = "secret_not_lent"
    title = "The secret can't be used here"


def placeholders(value: Json) -> Iterator[str]:
    """The names in all `{{secret:NAME}}` inside of `value`."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif is_object(value):
        for key, each in value.items():
            yield from placeholders(key)
            yield from placeholders(each)
    elif is_list(value):
        for each in value:
            yield from placeholders(each)


class Lending:
    """What one call may borrow: `names`, each by one lease."""

    def __init__(
        self, database: Database, leases: Leases, scope: Scope, holder: str, names: Collection[str]
    ) -> None:
        self._database, self._leases = database, leases
        self._scope, self._holder = scope, holder
        self._names = frozenset(names)
        self._open: dict[str, Lease] = {}

    async def lease(self, name: str, seconds: float) -> Lease:
        """A lease of `name`, the same one as before if there is one."""
        if name not in self._names:
            raise SecretNotLent(
                f"This call may not use the secret `{name[:100]}`: its tool has to say so, and "
                "`secrets` of the agent has to name it."
            )
        if name not in self._open:
            async with self._database.begin(self._scope) as work:
                self._open[name] = await self._leases.lease(work, name, self._holder, seconds)
        return self._open[name]

    async def filled(self, text: str, address: str) -> str:
        """`text` with its placeholders filled in, if each value may be sent to `address`."""
        filled, end = "", 0
        for found in _PLACEHOLDER.finditer(text):
            lease = await self.lease(found[1], LEASE_SECONDS)
            if not lease.may_go_to(address):
                raise SecretNotLent(
                    f"The secret `{lease.name}` may not be sent there. Whoever keeps it says "
                    "where, as its `hosts`; a host is https unless it says otherwise."
                )
            filled += text[end : found.start()] + lease.value
            end = found.end()
        return filled + text[end:]

    async def give_back(self) -> None:
        """The call is over. What it did counts, even if this fails: leases end by themselves."""
        open_, self._open = self._open, {}
        if not open_:
            return
        try:
            async with self._database.begin(self._scope) as work:
                for lease in open_.values():
                    await self._leases.release(work, lease.id)
        except Exception as error:  # whatever the database has
            _log.warning("leases_not_released", holder=self._holder, error=repr(error))


class Lender:
    """Lends to calls of tools."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database, self._leases = database, leases

    @asynccontextmanager
    async def lending(
        self, scope: Scope, holder: str, names: Collection[str]
    ) -> AsyncGenerator[Lending]:
        """For one call, of `names`; all of it is given back at the end."""
        lending = Lending(self._database, self._leases, scope, holder, names)
        try:
            yield lending
        finally:
            await lending.give_back()
