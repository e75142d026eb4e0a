"""Leases: a value handed to one run or tool for a while, written down, to be taken back."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from cadre.infra.database import Work
from cadre.kernel.ids import new_id
from cadre.kernel.paging import Page
from cadre.trust.secrets.errors import BadSecret, LeaseOver, SecretNotFound
from cadre.trust.secrets.hosts import is_among
from cadre.trust.secrets.lease_store import LeaseStore
from cadre.trust.secrets.schemas import LeaseState, SecretLease
from cadre.trust.secrets.service import Secrets, is_internal
from cadre.trust.secrets.store import SecretStore

# Shorter than former versions are kept, so that a leased one does not go away under its holder.
MOST_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Lease:
    """What the holder is given. The value does not show where it is printed.

    `hosts` are the origins that it may be sent to in a request.
    """

    id: str
    name: str
    version: int
    until: float
    value: str = field(repr=False)
    hosts: Sequence[str] = ()

    def may_go_to(self, address: str) -> bool:
        """Whether the value may be sent in a request to `address`."""
        return is_among(address, self.hosts)


class Leases:
    """Hands out values of secrets that people entered; those of rooms stay with their rooms."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def lease(self, work: Work, name: str, holder: str, seconds: float) -> Lease:
        """The present value of `name` for `holder`, as "run:run_1"; it is masked from now on."""
        if not 0 < seconds <= MOST_SECONDS:
            raise BadSecret("A lease lasts more than no time and at most 7 days.", field="seconds")
        current = None if is_internal(name) else await SecretStore(work).current(name)
        value = None if current is None else await self._secrets.get(work, name, current.version)
        if current is None or value is None:
            raise SecretNotFound(f"There is no secret `{name[:100]}`. Enter it under Secrets.")
        now, hosts = time.time(), await SecretStore(work).hosts(name)
        lease = Lease(new_id("lea"), name, current.version, now + seconds, value, hosts)
        await LeaseStore(work).add(
            id=lease.id,
            name=name,
            version=lease.version,
            holder=holder,
            leased_by=work.scope.principal.id,
            leased_at=now,
            expires_at=lease.until,
        )
        return lease

    async def value(self, work: Work, lease_id: str) -> str:
        """The leased value once more, or raise `LeaseOver`: ask before each use."""
        row = await self._row(work, lease_id)
        state = _state(row, time.time())
        if state != "open":
            raise LeaseOver(f"The lease of `{row['name']}` is {state}: take out a new one.")
        value = await self._secrets.get(work, row["name"], row["version"])
        if value is None:
            raise LeaseOver(f"The leased version of `{row['name']}` is gone: take out a new lease.")
        return value

    async def release(self, work: Work, lease_id: str) -> None:
        """The holder is done with it."""
        await self._row(work, lease_id)
        await LeaseStore(work).release(lease_id, time.time())

    async def revoke(self, work: Work, lease_id: str) -> SecretLease:
        """Take it back: the value is not given to its holder any more."""
        await self._row(work, lease_id)
        await LeaseStore(work).revoke(lease_id, work.scope.principal.id, time.time())
        return _shown(await self._row(work, lease_id), time.time())

    async def all(
        self, work: Work, *, name: str | None, only_open: bool, cursor: str | None, limit: int
    ) -> Page[SecretLease]:
        """Newest first."""
        now = time.time()
        open_at = now if only_open else None
        rows = await LeaseStore(work).all(name=name, open_at=open_at, before=cursor, most=limit + 1)
        following = rows[limit - 1]["id"] if len(rows) > limit else None
        return Page(items=[_shown(row, now) for row in rows[:limit]], next=following)

    async def uses(self, work: Work) -> Mapping[str, Sequence[str]]:
        """Who holds which secret now."""
        found: dict[str, list[str]] = {}
        for name, holder in await LeaseStore(work).holders(time.time()):
            found.setdefault(name, []).append(holder)
        return found

    async def _row(self, work: Work, lease_id: str) -> RowMapping:
        row = await LeaseStore(work).get(lease_id)
        if row is None:
            raise SecretNotFound(f"There is no lease {lease_id[:80]}.")
        return row


def _state(row: RowMapping, now: float) -> LeaseState:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["released_at"] is not None:
        return "released"
    return "open" if row["expires_at"] > now else "over"


def _shown(row: RowMapping, now: float) -> SecretLease:
    values = {name: value for name, value in row.items() if name != "org_id"}
    return SecretLease(**values, state=_state(row, now))
