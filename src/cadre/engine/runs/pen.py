"""Pen: writes one run's journal under one fence, and knows until when it may."""

import asyncio
import time
from asyncio import Future
from collections.abc import Sequence
from typing import NoReturn, TypeAlias, cast

from cadre.engine.runs.errors import JournalUnavailable
from cadre.engine.runs.live import Hub
from cadre.engine.runs.payloads import Payloads
from cadre.engine.runs.ports import (
    Append,
    Claim,
    Entry,
    Journal,
    NewRun,
    Receipt,
    Spent,
    Turn,
    Written,
)
from cadre.kernel.messages import Json

_Held: TypeAlias = tuple[Entry, Sequence[str], Spent]


class Halted(asyncio.CancelledError):
    """This incarnation of the run is over: parked, ended, handed back or taken over.

    A cancellation, so that drivers which catch exceptions do not catch it.
    """


class Pen:
    """Appends in order. `mail` is how many signals the run has ever been sent, as last heard."""

    def __init__(
        self,
        *,
        journal: Journal,
        payloads: Payloads,
        hub: Hub,
        claim: Claim,
        lease_until: float,
        attention: asyncio.Event,
        birth: "Future[Written] | None" = None,
    ) -> None:
        """`lease_until` is on the monotonic clock: it goes on while the process is stopped.

        `birth` is the write that makes the run: its driver prepares while that is on its way.

        `attention` is set when the run is lost. (No callback: with a reference back to its host,
        every run would be a cycle that only the garbage collector frees.)
        """
        self._journal = journal
        self._payloads = payloads
        self._hub = hub
        self._claim = claim
        self._attention = attention
        self._birth = birth
        self._session = (claim.org_id, claim.session_id) if claim.session_id else None
        self._next_seq = claim.next_seq
        self._held: list[_Held] = []
        self.mail = claim.mail
        self.cancel = claim.cancel
        self.lease_until = lease_until
        self.is_down = False
        self.is_lost = False

    @property
    def next_seq(self) -> int:
        """Where the next event will stand."""
        return self._next_seq + len(self._held)

    def check(self) -> None:
        """Refuse to act for a run whose lease may be somebody else's by now."""
        if self.is_down:
            raise Halted
        if time.monotonic() >= self.lease_until:
            self._lose()

    @property
    def is_born(self) -> bool:
        return self._birth is None

    async def born(self) -> None:
        """Return when the run itself is durable and ours: nothing acts or is written before."""
        if self._birth is None:
            return
        try:
            status = await asyncio.shield(self._birth)
        except Exception:  # whoever asked for the run is told why
            self._lose()
        if status != "running":  # its id was taken, or its session is busy
            self._lose()
        self._birth = None

    def text(self, data: Json) -> str:
        """JSON text of what belongs to the run, as its journal holds it."""
        return self._payloads.text(data)

    async def record(
        self, kind: str, key: str, data: dict[str, Json], waiting_for: str | None, spent: Spent
    ) -> Receipt:
        """Append one event: `pack` and `write` for the commonest case."""
        text = self._payloads.text(data)
        if not self._payloads.fits(text):
            text, blobs = await self._payloads.pack(data)
            entry = Entry(kind, key, text, time.time())
            return await self.write([entry], waiting_for=waiting_for, spent=spent, payloads=blobs)
        entry = Entry(kind, key, text, time.time())
        return await self.write([entry], waiting_for=waiting_for, spent=spent)

    async def hold(self, kind: str, key: str, data: dict[str, Json], spent: Spent) -> None:
        """Append with the next write: for what may as well be done again after a crash."""
        entry, blobs = await self.pack(kind, key, data)
        self._held.append((entry, blobs, spent))

    async def pack(
        self, kind: str, key: str | None, data: dict[str, Json]
    ) -> tuple[Entry, Sequence[str]]:
        """An event of now; its big fields are in blobs already."""
        text = self._payloads.text(data)
        if self._payloads.fits(text):
            return Entry(kind, key, text, time.time()), ()
        text, blobs = await self._payloads.pack(data)
        return Entry(kind, key, text, time.time()), blobs

    async def write(
        self,
        entries: list[Entry],
        *,
        waiting_for: str | None = None,
        turn: Turn | None = None,
        spent: Spent | None = None,
        drained: Sequence[tuple[str, int]] = (),
        children: Sequence[NewRun] = (),
        payloads: Sequence[str] = (),
    ) -> Receipt:
        """Append and return when it is durable; raise `Halted` if the run is no longer ours."""
        if self._birth is not None:
            await self.born()
        if self.is_down:
            raise Halted
        claim, seq = self._claim, self._next_seq
        held, self._held = self._held, []
        if waiting_for is not None:
            waiting_for = self._payloads.masks.mask(waiting_for)
        if held:
            entries, payloads, spent = _together(held, entries, payloads, spent or Spent())
        append = Append(
            claim.id,
            claim.fence,
            seq,
            entries,
            waiting_for,
            turn,
            spent,
            drained,
            children,
            claim.parent_id,
            payloads,
            self._session,
        )
        receipt = await self._commit(append, held)
        if receipt is None:
            self._lose()
        self.mail, self.cancel = receipt.mail, receipt.cancel
        if children:
            self._hub.poke()
        last_seq = seq + len(entries) - 1
        self._hub.advanced(claim, entries, last_seq, (receipt.status, waiting_for))
        return receipt

    async def _commit(self, append: Append, held: list[_Held]) -> Receipt | None:
        self._next_seq = after = append.seq + len(append.entries)
        try:
            return cast("Receipt | None", await self._journal.write(append))
        except JournalUnavailable:
            self._lose()
        except Exception:
            if self._next_seq == after:
                self._next_seq = append.seq  # nothing was written, and nothing stands behind it
                self._held = [*held, *self._held]
            raise

    def lose(self) -> None:
        """The run is somebody else's now: write nothing more."""
        self.is_down = self.is_lost = True
        self._attention.set()

    def _lose(self) -> NoReturn:
        self.lose()
        raise Halted


def _together(
    held: Sequence[_Held], entries: list[Entry], payloads: Sequence[str], spent: Spent
) -> tuple[list[Entry], Sequence[str], Spent]:
    """One append of what was held back and what is written now."""
    return (
        [*(entry for entry, _, _ in held), *entries],
        [*(blob for _, blobs, _ in held for blob in blobs), *payloads],
        sum((more for _, _, more in held), spent),
    )
