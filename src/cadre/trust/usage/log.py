"""UsageLog: one record for every call, safe once `record` returns, in the database soon after.

A record is a line in a spool (see `spool`); a job writes what gathered there in one
transaction, each record once however often it is tried. While the spool can't be written,
hard budgets refuse calls and records wait in memory.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.budgets import Budgets, Reservation
from cadre.trust.usage.errors import UsageUnwritable
from cadre.trust.usage.lines import BrokenLine, Entry, entry_of, line_of, tamed
from cadre.trust.usage.record import UsageRecord
from cadre.trust.usage.spool import Segment, Spool
from cadre.trust.usage.writing import Batch, write

_SYSTEM = Scope(OrgId("*"), DEFAULT_PROJECT, "*", Principal("system", "usage", "Usage"))
_MOST_BATCH = 500
_MANY = 50
_MOST_IN_MEMORY = 10_000
_LEFT_BEHIND_SECONDS = 10.0
_AGAIN_SECONDS = 1.0
_REFUSED = (DBAPIError, OverflowError, TypeError, ValueError)
_BAD_VALUE = ("22", "23")  # SQL's classes for data exceptions and broken constraints
_log = get_logger("usage")


class UsageLog:
    """The usage that this process records, and what dead ones on its spool folder left."""

    def __init__(
        self, database: Database, budgets: Budgets, folder: Path, *, pause_seconds: float = 0.05
    ) -> None:
        """`pause_seconds` is how long records may gather before they are written."""
        self._database = database
        self._budgets = budgets
        self._spool = Spool(folder)
        self._pause_seconds = pause_seconds
        self._in_memory: list[bytes] = []
        self._is_failing = False
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Begin, and write what dead processes left behind."""
        self._spool.open()
        await self.replay()

    async def close(self) -> None:
        """Write what was recorded, then end. What can't be written waits for the next start."""
        try:
            await self.flush()
        finally:
            self._spool.close()

    def record(self, record: UsageRecord, reservation: Reservation | None = None) -> None:
        """Keep `record`; with it `reservation` is settled. Recording it again changes nothing."""
        line = line_of(record, reservation)
        try:
            self._spool.append(line)
        except OSError as error:
            self._keep_in_memory(line, error)
        else:
            if self._is_failing:
                self._recover()
        self._news.set()

    async def run(self) -> None:
        """Write what is recorded until cancelled."""
        looked_at = time.monotonic()
        while True:
            await self._news_or_time()
            try:
                await self.flush()
                if time.monotonic() - looked_at > _LEFT_BEHIND_SECONDS:
                    looked_at = time.monotonic()
                    await self.replay()
            except Exception:  # the database may be away for a while; the spool keeps the records
                _log.exception("usage_not_written")
                self._news.set()
                await asyncio.sleep(_AGAIN_SECONDS)
            await asyncio.sleep(self._pause_seconds)

    async def flush(self) -> None:
        """Write all that was recorded before this call."""
        async with self._writing:
            self._news.clear()
            await self._write_memory()
            for _ in range(2):  # what was taken earlier and failed, then what came since
                if not self._spool.is_empty:
                    await self._write_segment(self._spool.take())
            if self._is_failing:
                self._try_again()

    async def replay(self) -> int:
        """Write what dead processes left; returns how many records were new."""
        written = 0
        async with self._writing:
            with self._spool.left_behind() as segments:
                for segment in segments:
                    written += await self._write_segment(segment)
        if written:
            _log.info("usage_replayed", records=written)
        return written

    async def _news_or_time(self) -> None:
        seconds = _AGAIN_SECONDS if self._is_failing else _LEFT_BEHIND_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def _write_segment(self, segment: Segment) -> int:
        written = 0
        for lines in segment.batches(_MOST_BATCH):
            written += await self._write_lines(lines)
        segment.clear()
        return written

    async def _write_memory(self) -> None:
        while self._in_memory:
            lines = self._in_memory[:_MOST_BATCH]
            await self._write_lines(lines)
            del self._in_memory[: len(lines)]

    async def _write_lines(self, lines: Sequence[bytes]) -> int:
        # Many take milliseconds to read, which the calls under way should not wait for.
        is_many = len(lines) > _MANY
        entries = await asyncio.to_thread(self._read, lines) if is_many else self._read(lines)
        return await self._write_or_halve(entries) if entries else 0

    def _read(self, lines: Sequence[bytes]) -> list[tuple[bytes, Entry]]:
        entries: list[tuple[bytes, Entry]] = []
        for line in filter(None, lines):
            try:
                entries.append((line, entry_of(line)))
            except BrokenLine:
                self._set_aside(line)
        return entries

    async def _write_or_halve(self, entries: Sequence[tuple[bytes, Entry]]) -> int:
        """A record that the database refuses must not keep its neighbours out."""
        try:
            return await self._write([entry for _, entry in entries])
        except _REFUSED as error:
            if not _blames_record(error):
                raise
        if len(entries) > 1:
            middle = len(entries) // 2
            first = await self._write_or_halve(entries[:middle])
            return first + await self._write_or_halve(entries[middle:])
        return await self._write_tamed(*entries[0])

    async def _write_tamed(self, line: bytes, entry: Entry) -> int:
        try:
            return await self._write([tamed(entry)])
        except _REFUSED as error:
            if not _blames_record(error):
                raise
        self._set_aside(line)
        return 0

    async def _write(self, entries: Sequence[Entry]) -> int:
        batch = await asyncio.to_thread(Batch, entries) if len(entries) > _MANY else Batch(entries)
        async with self._database.begin(_SYSTEM) as work:
            written = await write(work, batch)
        # Also what was there already: an answer to a commit may have been lost.
        self._budgets.settled(batch.settlements, written.gone)
        return written.records

    def _set_aside(self, line: bytes) -> None:
        _log.error("usage_record_set_aside", folder=str(self._spool.folder), bytes=len(line))
        self._spool.set_aside(line)

    def _keep_in_memory(self, line: bytes, error: OSError) -> None:
        reason = (
            f"Usage can't be written to {self._spool.folder}: {error.strerror}. Make room there. "
            "Until then calls under a hard budget are refused."
        )
        if not self._is_failing:
            self._is_failing = True
            self._budgets.suspend(reason)
            with suppress(OSError):  # the log may lie on the same full disk
                _log.error("usage_spool_unwritable", reason=reason)
        if len(self._in_memory) >= _MOST_IN_MEMORY:
            raise UsageUnwritable(f"{reason} {_MOST_IN_MEMORY:,} records already wait in memory.")
        self._in_memory.append(line)

    def _try_again(self) -> None:
        """Where every call is refused nobody records, so somebody has to look for room."""
        with suppress(OSError):
            self._spool.probe()
            self._recover()

    def _recover(self) -> None:
        _log.info("usage_spool_writable")
        self._is_failing = False
        self._budgets.resume()


def _blames_record(error: Exception) -> bool:
    """Whether a value is at fault, and not the database or the way to it."""
    if not isinstance(error, DBAPIError):
        return True
    if state := getattr(error.orig, "sqlstate", None):
        return state.startswith(_BAD_VALUE)
    return isinstance(error, DataError | IntegrityError)
