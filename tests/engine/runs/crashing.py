"""A journal that dies at a chosen write, and shapes of runs to crash on it."""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence

from cadre.engine.runs.ports import (
    Append,
    Claim,
    EventRow,
    Journal,
    Lease,
    MailRow,
    Pulse,
    Write,
    Written,
)


class CrashingJournal(Journal):
    """Passes everything on to `inner` until its `crash_at`-th append.

    That append is lost (`keeps` False) or kept but never confirmed (`keeps` True); from then on the
    journal answers nothing, as if the process had been killed.
    """

    def __init__(self, inner: Journal, crash_at: int | None, *, keeps: bool) -> None:
        self._inner = inner
        self._crash_at = crash_at
        self._keeps = keeps
        self.appends = 0
        self.crashed = asyncio.Event()

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def write(self, write: Write) -> "Future[Written]":
        never: Future[Written] = asyncio.get_running_loop().create_future()
        if self.crashed.is_set():
            return never
        self.appends += isinstance(write, Append)
        if not isinstance(write, Append) or self.appends != self._crash_at:
            return self._inner.write(write)
        if self._keeps:
            self._inner.write(write).add_done_callback(lambda _: self.crashed.set())
        else:
            self.crashed.set()
        return never

    @property
    def is_quiet(self) -> bool:
        return self._inner.is_quiet

    async def cancel(self, run_id: str, org_id: str | None, cancel: str) -> bool:
        await self._live()
        return await self._inner.cancel(run_id, org_id, cancel)

    async def allowances(self) -> dict[str, int]:
        return await self._inner.allowances()

    async def claim_allowed(
        self, lease: Lease, kinds: Sequence[str], limit: int, allowance: tuple[str, int]
    ) -> list[Claim]:
        return await self._inner.claim_allowed(lease, kinds, limit, allowance)

    async def claim(
        self, lease: Lease, kinds: Sequence[str], limit: int, limited: Sequence[str] = ()
    ) -> list[Claim]:
        await self._live()
        return await self._inner.claim(lease, kinds, limit, limited)

    async def claim_ending(self, lease: Lease, limit: int) -> list[Claim]:
        await self._live()
        return await self._inner.claim_ending(lease, limit)

    async def renew(self, lease: Lease, held: Sequence[tuple[str, int]]) -> list[Pulse]:
        await self._live()
        return await self._inner.renew(lease, held)

    async def pulses(self, owner: str, run_ids: Sequence[str]) -> list[Pulse]:
        await self._live()
        return await self._inner.pulses(owner, run_ids)

    async def read(self, run_ids: Sequence[str]) -> list[EventRow]:
        await self._live()
        return await self._inner.read(run_ids)

    async def mailbox(self, run_id: str) -> list[MailRow]:
        await self._live()
        return await self._inner.mailbox(run_id)

    async def advance_sessions(self) -> int:
        await self._live()
        return await self._inner.advance_sessions()

    async def next_due(self, limited: Sequence[str] = ()) -> float | None:
        await self._live()
        return await self._inner.next_due(limited)

    def listen(self, on_wake: Callable[[], None]) -> None:
        pass

    async def _live(self) -> None:
        if self.crashed.is_set():
            await asyncio.Event().wait()
