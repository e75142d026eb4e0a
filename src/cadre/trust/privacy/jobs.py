"""PrivacyJobs: applies retention each hour, and exports and erases people, through restarts.

Work that a process leaves behind is taken up by the next one when its lease is over. Archives lie
on the disk of the process that wrote them, for three days.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.privacy.erasing import Erasure
from cadre.trust.privacy.errors import DataJobNotFound, OnHold
from cadre.trust.privacy.exporting import Tell, export
from cadre.trust.privacy.ports import Leftovers, People, Person, Personal, Serving
from cadre.trust.privacy.retention import Retention, system_scope
from cadre.trust.privacy.schemas import DataJob, RoomResult
from cadre.trust.privacy.service import from_details, to_details
from cadre.trust.privacy.store import Found, JobStore, claim_job, orgs_at_rest

_LEASE_SECONDS = 15.0
_POLL_SECONDS = 5.0
_BEAT_SECONDS = 1.0
_ROUND_SECONDS = 3600.0
_LOOK_SECONDS = 60.0
# What they hold is as sensitive as anything here: they do not lie around.
KEPT_SECONDS = 3 * 86_400.0
_MOST_ATTEMPTS = 5
_AGAIN_SECONDS = 30.0
_log = get_logger("privacy")


@dataclass(frozen=True, slots=True)
class Archives:
    """Where exports lie, each readable by this process's user only."""

    folder: Path

    def of(self, job: str) -> Path:
        return self.folder / f"{job}.zip"

    def ledger(self, job: str) -> Path:
        return self.folder / f"{job}.ledger"

    def tidy(self, now: float) -> None:
        """Delete what is too old."""
        if self.folder.exists():
            for path in self.folder.iterdir():
                if path.suffix != ".ledger" and path.stat().st_mtime < now - KEPT_SECONDS:
                    path.unlink(missing_ok=True)


class PrivacyJobs:
    """The background work of privacy, for all orgs."""

    def __init__(
        self,
        database: Database,
        retention: Retention,
        *,
        people: People,
        personal: Sequence[Personal],
        leftovers: Leftovers,
        serving: Serving,
        archives: Archives,
    ) -> None:
        self._database = database
        self._retention = retention
        self.personal = personal
        self._people = people
        self._leftovers = leftovers
        self._serving = serving
        self._archives = archives
        self._wake = asyncio.Event()
        self._progress: dict[str, tuple[str, int, int]] = {}
        self._looked_at = -_LOOK_SECONDS

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            try:
                await asyncio.to_thread(self._archives.tidy, time.time())
                while await self.do_one():
                    pass
                if time.monotonic() - self._looked_at > _LOOK_SECONDS:
                    self._looked_at = time.monotonic()
                    await self.apply_all()
            except Exception:  # the database may be away for a while
                _log.exception("privacy_jobs_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._wake.wait()

    async def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def with_progress(self, job: DataJob) -> DataJob:
        """`job` as it is this moment, if it is done by this process."""
        if job.state != "running" or job.id not in self._progress:
            return job
        step, done, total = self._progress[job.id]
        return job.model_copy(update={"step": step, "done": done, "total": total})

    def archive_of(self, job: DataJob) -> Path:
        """The finished archive of an export, or raise `DataJobNotFound`."""
        path = self._archives.of(job.id)
        is_kept = job.expires_at is not None and job.expires_at > time.time()
        if job.kind != "export" or job.state != "done" or not is_kept or not path.exists():
            raise DataJobNotFound(
                "There is no archive of this export: it is not done, or older than three days."
            )
        return path

    async def apply_all(self) -> int:
        """Apply the days of every org that is due; returns how many rows went."""
        deleted, due = 0, time.time() - _ROUND_SECONDS
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            resting = await orgs_at_rest(work, due)
        for org in await self._serving.orgs():
            if org in resting:
                continue
            try:
                applied = await self._retention.apply(org, due=due, seconds=None)
            except OnHold:  # since we looked
                continue
            if applied is not None and any(applied.deleted.values()):
                deleted += sum(applied.deleted.values())
                _log.info("retention_applied", org=org, deleted=applied.deleted)
        return deleted

    async def do_one(self) -> bool:
        """Do the next job to its end; False if there is none."""
        now = time.time()
        async with self._database.begin(system_scope(ALL_ORGS)) as work:
            row = await claim_job(work, now, now + _LEASE_SECONDS)
        if row is None:
            return False
        beat = asyncio.create_task(self._keep(row))
        try:
            values = await self._act(row)
        except CadreError as error:
            values = {"state": "failed", "error": error.detail}
        except Exception:
            _log.exception("data_job_failed", job=row.id, kind=row.kind)
            values = _again(row)
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
        await self._settle(row, values)
        return True

    async def _act(self, row: Found) -> dict[str, Any]:
        results = await (self._export(row) if row.kind == "export" else self._erase(row))
        said = json.dumps([each.model_dump() for each in results])
        values: dict[str, Any] = {
            "state": "done",
            "error": None,
            "details": "{}",
            "result": said,
        }
        if row.kind == "export":
            values["expires_at"] = time.time() + KEPT_SECONDS
        return values

    async def _export(self, row: Found) -> list[RoomResult]:
        return await export(
            self._database,
            system_scope(OrgId(row.org_id)),
            await self._person(row),
            personal=self.personal,
            target=self._archives.of(row.id),
            tell=self._teller(row.id),
        )

    async def _erase(self, row: Found) -> list[RoomResult]:
        scope = system_scope(OrgId(row.org_id))
        async with self._database.read(scope) as work:
            exports = await JobStore(work).archives_of(row.person)
        for job in exports:
            await asyncio.to_thread(self._archives.of(job).unlink, missing_ok=True)
        erasure = Erasure(
            self._database,
            scope,
            await self._person(row),
            personal=self.personal,
            leftovers=self._leftovers,
            ledger=self._archives.ledger(row.id),
            tell=self._teller(row.id),
        )
        return await erasure.run()

    async def _person(self, row: Found) -> Person:
        """Whom it is about; what is known of them is kept before the first of it goes."""
        person, is_known = from_details(row.person, row.details)
        if is_known:
            return person
        scope = system_scope(OrgId(row.org_id))
        async with self._database.read(scope) as work:
            person = await self._people.known(work, person)
        async with self._database.begin(scope) as work:
            await JobStore(work).change(row.id, details=to_details(person))
        return person

    def _teller(self, job: str) -> Tell:
        def tell(step: str, done: int, total: int) -> None:
            self._progress[job] = (step, done, total)

        return tell

    async def _settle(self, row: Found, values: dict[str, Any]) -> None:
        step, done, total = self._progress.pop(row.id, ("", 0, 0))
        if values["state"] == "done":
            step, done = "", total
        progress = {"step": step, "done": done, "total": total}
        changed = {"lease_until": 0.0, **progress, **values}
        if row.kind == "export" and values["state"] == "failed":
            changed["details"] = "{}"  # it is begun anew; only an erasure goes on
        async with self._database.begin(system_scope(OrgId(row.org_id))) as work:
            await JobStore(work).change(row.id, **changed, updated_at=time.time())
        _log.info("data_job_ended", job=row.id, kind=row.kind, state=values["state"])

    async def _keep(self, row: Found) -> None:
        """Keep the lease, and let other processes see how far it is."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            step, done, total = self._progress.get(row.id, ("", 0, 0))
            values = {"step": step, "done": done, "total": total, "updated_at": time.time()}
            try:
                async with self._database.begin(system_scope(OrgId(row.org_id))) as work:
                    until = time.time() + _LEASE_SECONDS
                    await JobStore(work).change(row.id, **values, lease_until=until)
            except Exception:  # the database may be away for a while
                _log.exception("data_job_not_renewed", job=row.id)


def _again(row: Found) -> dict[str, Any]:
    """Once more in a while: a disk that is full or a database that is away may come back."""
    attempts = row.attempts + 1
    if attempts < _MOST_ATTEMPTS:
        later = time.time() + _AGAIN_SECONDS
        return {"state": "waiting", "attempts": attempts, "lease_until": later}
    said = "A fault in cadre: see the server's log."
    return {"state": "failed", "attempts": attempts, "error": said}
