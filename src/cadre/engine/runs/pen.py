"""Pen: writes one run's journal under one fence, and knows until when it may."""

import asyncio
import time
from collections.abc import Sequence
from typing import NoReturn, cast

from cadre.engine.runs.errors import JournalUnavailable
from cadre.engine.runs.live import Hub
from cadre.engine.runs.payloads import Payloads, to_json
from cadre.engine.runs.ports import Append, Claim, Entry, Journal, NewRun, Receipt, Spent, Turn
from cadre.kernel.messages import Json


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
    ) -> None:
        """`lease_until` is on the monotonic clock: it goes on while the process is stopped.

        `attention` is set when the run is lost. (No callback: with a reference back to its host,
        every run would be a cycle that only the garbage collector frees.)
        """
        self._journal = journal
        self._payloads = payloads
        self._hub = hub
        self._claim = claim
        self._attention = attention
        self._session = (claim.org_id, claim.session_id) if claim.session_id else None
        self.next_seq = claim.next_seq
        self.mail = claim.mail
        self.cancel = claim.cancel
        self.lease_until = lease_until
        self.is_down = False
        self.is_lost = False

    def check(self) -> None:
        """Refuse to act for a run whose lease may be somebody else's by now."""
        if self.is_down:
            raise Halted
        if time.monotonic() >= self.lease_until:
            self._lose()

    async def record(
        self, kind: str, key: str, data: dict[str, Json], waiting_for: str | None, spent: Spent
    ) -> Receipt:
        """Append one event: `pack` and `write` for the commonest case."""
        text = to_json(data)
        if not self._payloads.fits(text):
            text, blobs = await self._payloads.pack(data)
            entry = Entry(kind, key, text, time.time())
            return await self.write([entry], waiting_for=waiting_for, spent=spent, payloads=blobs)
        entry = Entry(kind, key, text, time.time())
        return await self.write([entry], waiting_for=waiting_for, spent=spent)

    async def pack(
        self, kind: str, key: str | None, data: dict[str, Json]
    ) -> tuple[Entry, Sequence[str]]:
        """An event of now; its big fields are in blobs already."""
        text = to_json(data)
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
        if self.is_down:
            raise Halted
        claim, seq = self._claim, self.next_seq
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
        self.next_seq = seq + len(entries)
        try:
            receipt = cast("Receipt | None", await self._journal.write(append))
        except JournalUnavailable:
            self._lose()
            raise
        except Exception:
            if self.next_seq == seq + len(entries):
                self.next_seq = seq  # nothing was written, and nothing stands behind it
            raise
        if receipt is None:
            self._lose()
        self.mail, self.cancel = receipt.mail, receipt.cancel
        if children:
            self._hub.poke()
        last_seq, state = seq + len(entries) - 1, (receipt.status, waiting_for)
        self._hub.advanced(claim, entries, last_seq, state)
        return receipt

    def lose(self) -> None:
        """The run is somebody else's now: write nothing more."""
        self.is_down = self.is_lost = True
        self._attention.set()

    def _lose(self) -> NoReturn:
        self.lose()
        raise Halted
