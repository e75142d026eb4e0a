"""AuditLog: an event is durable when `write` returns, or nobody is told that it was written.

What the database does not take goes to a spool on the disk and into the chain later. Where the
disk takes nothing either, `check` refuses what would need an event until one of them does again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sqlalchemy.exc import DataError

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.trust.audit.entry import AuditEntry, Record, record_of
from cadre.trust.audit.errors import AuditUnwritable
from cadre.trust.audit.gathering import Gathering
from cadre.trust.audit.postgres import PostgresChains
from cadre.trust.audit.seal import Seal
from cadre.trust.audit.spool import Spool
from cadre.trust.audit.sqlite import SqliteChains
from cadre.trust.secrets import Masks, Redactor

_AGAIN_SECONDS = 1.0
_LEFT_BEHIND_EVERY = 30
_BAD_VALUE = "22"  # SQL's class for data exceptions
_log = get_logger("audit")


class AuditLog:
    """The chains of all orgs, as this process writes them."""

    def __init__(
        self, database: Database, seal: Seal, folder: Path, redactor: Redactor | None = None
    ) -> None:
        """`folder` is for what the database does not take. What `redactor` knows is not kept."""
        self._redactor = redactor or Redactor()
        chains = SqliteChains if database.dialect == "sqlite" else PostgresChains
        self._chains = chains(database, seal)
        self._spool = Spool(folder)
        self._gathering = Gathering(self._chains.append)
        self._is_broken = False

    async def open(self) -> None:
        """Begin, and write what dead processes left behind."""
        await self._take_over()

    async def close(self) -> None:
        """Write what was asked for. What can't be written waits for the next start."""
        await self._gathering.close()
        await self._chains.close()
        self._spool.close()

    def check(self) -> None:
        """Raise `AuditUnwritable` while an event could not be kept: ask before acting."""
        if self._is_broken:
            raise _unwritable("Nothing was done.")

    async def write(self, entry: AuditEntry) -> None:
        """Keep `entry` for good, or raise `AuditUnwritable`."""
        record = _masked(entry, self._redactor.of(entry.org))
        try:
            await self._gathering.add(record)
        except Exception as error:
            self._keep(record, error)

    async def run(self) -> None:
        """Bring what waits on the disk into the chain, until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(_AGAIN_SECONDS)
            rounds += 1
            try:
                await self.flush()
                if rounds % _LEFT_BEHIND_EVERY == 0:
                    await self._take_over()
            except Exception:  # the database may be away for a while; the spool keeps the events
                _log.exception("audit_not_written")

    async def flush(self) -> None:
        """Write what this process has spooled."""
        if not self._spool.is_empty:
            records = self._spool.waiting()
            await self._append_late(records)
            self._spool.clear()
            _log.info("audit_spool_written", events=len(records))
        if self._is_broken:
            self._spool.probe()
            self._is_broken = False
            _log.info("audit_writable")

    async def _take_over(self) -> None:
        for path, records in self._spool.left_behind():
            await self._append_late(records)
            path.unlink(missing_ok=True)
            if records:
                _log.info("audit_replayed", events=len(records))

    async def _append_late(self, records: Sequence[Record]) -> None:
        """One by one: what the database refuses must not keep the others out."""
        for record in records:
            try:
                await self._chains.append([record])
            except Exception as error:
                if not _blames_record(error):
                    raise
                _log.error("audit_event_set_aside", **_shown(record))
                self._spool.set_aside(record)

    def _keep(self, record: Record, error: Exception) -> None:
        try:
            self._spool.append(record)
        except OSError as worse:
            self._is_broken = True
            # The last place where it can be written down.
            _log.error("audit_event_lost", reason=str(worse), **_shown(record))
            raise _unwritable("What was asked for may have been done.") from error
        _log.error("audit_event_spooled", reason=str(error)[:300], action=record.action)


def _masked(entry: AuditEntry, masks: Masks) -> Record:
    """Texts before they are cut to their size: half a secret is one too."""
    if not masks:
        return record_of(entry)
    texts = ("actor_name", "resource", "user_agent", "request_id")
    said = {name: masks.mask(getattr(entry, name)) for name in texts}
    record = record_of(replace(entry, **said))
    return replace(record, details=masks.mask_json(record.details))


def _unwritable(what: str) -> AuditUnwritable:
    return AuditUnwritable(
        f"The audit log can't be written: neither the database nor the disk takes it. {what} "
        "Make room on the disk and look at the log of the server."
    )


def _shown(record: Record) -> dict[str, object]:
    return {f"audit_{name}": value for name, value in asdict(record).items()}


def _blames_record(error: Exception) -> bool:
    if state := getattr(error, "sqlstate", None):
        return str(state).startswith(_BAD_VALUE)
    return isinstance(error, DataError)
