"""OrgJobs: exports, imports and deletions, one after the other, through restarts.

A job that a process leaves behind is taken up by the next one when its lease is over. A passphrase
is in the memory of the process that was told it and nowhere else.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError, Conflict
from cadre.kernel.ids import new_id
from cadre.kernel.scope import DEFAULT_ORG
from cadre.trust.orgs.archive import ArchiveReader
from cadre.trust.orgs.content import Content, system_scope
from cadre.trust.orgs.errors import ArchiveInvalid, JobNotFound
from cadre.trust.orgs.exporting import export
from cadre.trust.orgs.importing import Importing, Wanted
from cadre.trust.orgs.removal import Removal, sweep
from cadre.trust.orgs.schemas import OrgJob
from cadre.trust.orgs.store import Found, JobStore
from cadre.trust.orgs.tenancy import ORGS_TOPIC

_LEASE_SECONDS = 15.0
_POLL_SECONDS = 5.0
_BEAT_SECONDS = 1.0
# An archive is a copy of everything: it does not lie around.
_KEPT_SECONDS = 24 * 3600.0
# Counters in memory are written within seconds, or when their process ends.
_LATE_SECONDS = 300.0
_LATE_AT_START_SECONDS = 24 * 3600.0
_HOME = system_scope(DEFAULT_ORG)
_log = get_logger("orgs")


class PassphraseGone(Conflict):
    """The process that knew the passphrase has ended before the job."""

    code = "passphrase_gone"


class OrgJobs:
    """Does the jobs; archives lie below `folder`, each readable by this process's user only."""

    def __init__(
        self, content: Content, folder: Path, *, most_archive_bytes: int = 200_000_000_000
    ) -> None:
        self._content = content
        self._folder = folder
        self._most_archive_bytes = most_archive_bytes
        self._wake = asyncio.Event()
        self._passphrases: dict[str, str] = {}
        self._progress: dict[str, tuple[str, int, int]] = {}
        self._late_seconds = _LATE_AT_START_SECONDS

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            try:
                await asyncio.to_thread(self._tidy)
                while await self.do_one():
                    pass
                await self._sweep()
            except Exception:  # the database may be away for a while
                _log.exception("org_jobs_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._wake.wait()

    def remember(self, job: str, passphrase: str | None) -> None:
        """Know the passphrase of a job that is about to be committed."""
        if passphrase is not None:
            self._passphrases[job] = passphrase

    async def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def with_progress(self, job: OrgJob) -> OrgJob:
        """`job` as it is this moment, if it is done by this process."""
        if job.state != "running" or job.id not in self._progress:
            return job
        step, done, total = self._progress[job.id]
        return job.model_copy(update={"step": step, "done": done, "total": total})

    def archive_of(self, job: OrgJob) -> Path:
        """The finished archive of an export, or raise `JobNotFound`."""
        path = self._archive(job.id)
        if job.kind != "export" or job.state != "done" or not path.exists():
            raise JobNotFound(
                "There is no archive of this job: it is not done, or older than a day."
            )
        return path

    def new_upload(self) -> tuple[str, Path]:
        """The id and the place of an archive that is about to be sent."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        archive = new_id("arc")
        path = self._archive(archive)
        path.touch(mode=0o600)
        return archive, path

    async def look_into(self, archive: str) -> ArchiveReader:
        """An uploaded archive, checked from outside; close it."""
        path = self._archive(archive)
        if not path.exists():
            raise ArchiveInvalid("There is no such archive here: upload it again.", field="archive")
        return await asyncio.to_thread(ArchiveReader, path, self._most_archive_bytes)

    async def do_one(self) -> bool:
        """Do the next job to its end; False if there is none."""
        now = time.time()
        async with self._content.database.begin(_HOME) as work:
            row = await JobStore(work).claim(now, now + _LEASE_SECONDS)
        if row is None:
            return False
        beat = asyncio.create_task(self._keep(row.id))
        try:
            await self._act(row)
            values: dict[str, Any] = {"state": "done", "error": None}
        except CadreError as error:
            values = {"state": "failed", "error": error.detail}
        except Exception:
            _log.exception("org_job_failed", job=row.id, kind=row.kind)
            values = {"state": "failed", "error": "A fault in cadre: see the server's log."}
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
        await self._settle(row, values)
        return True

    async def _sweep(self) -> None:
        """What came late for orgs that were deleted a while ago."""
        since, self._late_seconds = time.time() - self._late_seconds, _LATE_SECONDS
        async with self._content.database.read(_HOME) as work:
            deleted = await JobStore(work).deleted(since)
        for org in deleted:
            await sweep(self._content, org)

    async def _settle(self, row: Found, values: dict[str, Any]) -> None:
        step, done, total = self._progress.pop(row.id, ("", 0, 0))
        self._passphrases.pop(row.id, None)
        if values["state"] == "done":
            step, done = "", total
        async with self._content.database.begin(_HOME) as work:
            work.touch(ORGS_TOPIC)
            await JobStore(work).change(
                row.id,
                **values,
                step=step,
                done=done,
                total=total,
                lease_until=None,
                updated_at=time.time(),
            )
        _log.info("org_job_ended", job=row.id, kind=row.kind, org=row.org, state=values["state"])

    async def _act(self, row: Found) -> None:
        actions: dict[str, Callable[[Found], Awaitable[None]]] = {
            "export": self._export,
            "import": self._import,
            "delete": self._delete,
        }
        await actions[row.kind](row)

    async def _export(self, row: Found) -> None:
        target, passphrase = self._archive(row.id), self._passphrase(row)
        await export(self._content, row.org, target, passphrase, self._teller(row.id))

    async def _import(self, row: Found) -> None:
        details = json.loads(row.details)
        reader = await self.look_into(details["archive"])
        try:
            wanted = Wanted(row.org, row.slug, self._passphrase(row))
            await Importing(self._content, reader, wanted, self._teller(row.id)).run()
        finally:
            await asyncio.to_thread(reader.close)
        await asyncio.to_thread(self._archive(details["archive"]).unlink, missing_ok=True)

    async def _delete(self, row: Found) -> None:
        ledger = self._folder / f"{row.id}.ledger"
        await Removal(self._content, row.org, ledger, self._teller(row.id)).run()

    def _passphrase(self, row: Found) -> str | None:
        if not json.loads(row.details).get("passphrase"):
            return None
        try:
            return self._passphrases[row.id]
        except KeyError:
            raise PassphraseGone(
                "The server was restarted meanwhile and does not know the passphrase any more. "
                "Start again."
            ) from None

    def _teller(self, job: str) -> Callable[[str, int, int], None]:
        def tell(step: str, done: int, total: int) -> None:
            self._progress[job] = (step, done, total)

        return tell

    async def _keep(self, job: str) -> None:
        """Keep the lease, and let other processes see how far it is."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            step, done, total = self._progress.get(job, ("", 0, 0))
            values = {"step": step, "done": done, "total": total, "updated_at": time.time()}
            try:
                async with self._content.database.begin(_HOME) as work:
                    until = time.time() + _LEASE_SECONDS
                    await JobStore(work).change(job, **values, lease_until=until)
            except Exception:  # the database may be away for a while
                _log.exception("org_job_not_renewed", job=job)

    def _archive(self, name: str) -> Path:
        return self._folder / f"{name}.zip"

    def _tidy(self) -> None:
        if not self._folder.exists():
            return
        oldest = time.time() - _KEPT_SECONDS
        for path in self._folder.iterdir():
            if path.suffix in {".zip", ".draft"} and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
