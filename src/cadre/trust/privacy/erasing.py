"""Erasure: what is a person's goes, room by room, each in small transactions.

What a row leads to is written down before the row is gone, so that an erasure that died goes on:
rows first, the account's own last, then the content that nothing else leads to.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cadre.infra.database import Database
from cadre.kernel.errors import Unavailable
from cadre.kernel.scope import Scope
from cadre.trust.privacy.exporting import Tell
from cadre.trust.privacy.holds import require_no_hold
from cadre.trust.privacy.ports import Erased, Leftovers, Person, Personal
from cadre.trust.privacy.schemas import RoomResult

_PAUSE_SECONDS = 0.2
# Runs that are at work are ended first, which takes a few seconds each.
_MOST_IDLE_ROUNDS = 600


class StillAtWork(Unavailable):
    """Something of the person's does not come to its end."""

    code = "still_at_work"


@dataclass(slots=True)
class Erasure:
    """One erasure; `ledger` is the file of what its rows led to."""

    database: Database
    scope: Scope
    person: Person
    personal: Sequence[Personal]
    leftovers: Leftovers
    ledger: Path
    tell: Tell
    blobs: set[str] = field(default_factory=set[str])

    async def run(self) -> list[RoomResult]:
        await asyncio.to_thread(self._read_ledger)
        results: list[RoomResult] = []
        for number, each in enumerate(self.personal):
            self.tell(each.room, number, len(self.personal))
            results.append(await self._room(each))
        self.tell("files", len(self.personal), len(self.personal))
        files = await self.leftovers.remove(frozenset(self.blobs))
        results.append(RoomResult(room="files", deleted=files))
        await asyncio.to_thread(self.ledger.unlink, missing_ok=True)
        return results

    async def _room(self, each: Personal) -> RoomResult:
        result, idle = RoomResult(room=each.room, stays=each.stays), 0
        while True:
            erased = await self._some(each)
            result.deleted += erased.deleted
            result.renamed += erased.renamed
            if not erased.more:
                return result
            idle = 0 if erased.deleted else idle + 1
            if idle > _MOST_IDLE_ROUNDS:
                raise StillAtWork(
                    f"Something of theirs in {each.room} does not end. Look at their runs, then "
                    "ask for this once more."
                )
            if not erased.deleted:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _some(self, each: Personal) -> Erased:
        async with self.database.begin(self.scope) as work:
            await require_no_hold(work)
            erased = await each.erase(work, self.person)
            await asyncio.to_thread(self._note, erased.blobs - self.blobs)
        if erased.afterwards is not None:
            await erased.afterwards()
        return erased

    def _note(self, blobs: frozenset[str]) -> None:
        """Durable before the rows are gone."""
        if not blobs:
            return
        self.blobs |= blobs
        self.ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(sorted(blobs)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _read_ledger(self) -> None:
        if not self.ledger.exists():
            return
        for line in self.ledger.read_text(encoding="utf-8").splitlines():
            try:
                self.blobs.update(json.loads(line))
            except ValueError:
                continue  # the process died while it wrote: those rows are there still
