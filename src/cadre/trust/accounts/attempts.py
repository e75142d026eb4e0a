"""Attempts: how often a sign-in may fail before whoever tries has to wait, longer each time.

Counted for the account that is tried and for the address that tries, in the database, so that
neither a restart nor a second process forgets. An attempt counts as failed until it succeeded:
many at once get no more guesses than one after the other.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from cadre.infra.database import Work
from cadre.kernel.errors import LimitReached
from cadre.trust.accounts.failures import FailureStore

_FIRST_WAIT_SECONDS = 30.0
_LONGEST_WAIT_SECONDS = 15 * 60.0
_FORGOTTEN_SECONDS = 24 * 3600.0


class TooManyAttempts(LimitReached):
    """Sign-in failed too often for this account or from this address."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: float) -> None:
        wait = max(1, round(retry_after_seconds))
        super().__init__(f"Too many failed sign-ins: wait {wait} seconds, then try again.")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, under way. `account` is whatever names it, an e-mail address or an id.

    Tries for different purposes are counted apart: who asks for many letters may still sign in.
    """

    address: str
    account: str | None = None
    purpose: str = "sign-in"


class Attempts:
    """Lets `account_limit` tries for an account and `address_limit` from an address fail freely."""

    def __init__(
        self,
        account_limit: int = 5,
        address_limit: int = 20,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._account_limit = account_limit
        self._address_limit = address_limit
        self._now = now

    async def begin(self, work: Work, attempt: Attempt) -> None:
        """Count a try, or raise `TooManyAttempts`. Commit before the proof is looked at."""
        store, now = FailureStore(work), self._now()
        waits: list[float] = []
        for subject, limit in self._subjects(attempt):
            row = await store.locked(subject, now)
            if row.locked_until > now:
                waits.append(row.locked_until - now)
                continue
            is_old = row.last_at < now - _FORGOTTEN_SECONDS
            failures = 1 if is_old else row.failures + 1
            await store.write(subject, failures, now, now + _wait_after(failures - limit))
        if waits:
            raise TooManyAttempts(max(waits))

    async def succeeded(self, work: Work, attempt: Attempt) -> None:
        """Take the try back: the account's count begins again, the address's is one lower."""
        store = FailureStore(work)
        # Not to nothing: with an account of their own, somebody could guess at others for ever.
        await store.take_back(_of_address(attempt.address, attempt.purpose))
        if attempt.account is not None:
            await store.delete(_of_account(attempt.account, attempt.purpose))

    async def forgive(self, work: Work, account: str) -> None:
        """Let sign-ins to `account` be tried again at once."""
        await FailureStore(work).delete(_of_account(account, "sign-in"))

    def _subjects(self, attempt: Attempt) -> list[tuple[str, int]]:
        purpose = attempt.purpose
        subjects = [(_of_address(attempt.address, purpose), self._address_limit)]
        if attempt.account is not None:
            subjects.append((_of_account(attempt.account, purpose), self._account_limit))
        return subjects


def _wait_after(failures_too_many: int) -> float:
    if failures_too_many < 0:
        return 0.0
    return min(_FIRST_WAIT_SECONDS * 2.0 ** min(failures_too_many, 20), _LONGEST_WAIT_SECONDS)


def _of_account(account: str, purpose: str) -> str:
    # A hash, so that no list of addresses that were tried lies around.
    return f"{purpose}:account:{hashlib.sha256(account.encode()).hexdigest()}"


def _of_address(address: str, purpose: str) -> str:
    """One household or machine has a whole /64 of IPv6 to try from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"{purpose}:address:{address[:100]}"
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return f"{purpose}:address:{ipaddress.ip_network((int(parsed) >> 64 << 64, 64))}"
    return f"{purpose}:address:{parsed}"
