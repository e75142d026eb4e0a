"""Runs: everything that can be asked of runs from outside them, always by an org."""

import asyncio
import time
from asyncio import Future
from collections.abc import AsyncIterator, Collection, Sequence
from typing import TypeAlias, cast

from cadre.engine.runs.birth import Birth
from cadre.engine.runs.engine import Engine
from cadre.engine.runs.errors import BadKey, RunConflict, RunNotFound
from cadre.engine.runs.following import follow
from cadre.engine.runs.forks import fork, replay
from cadre.engine.runs.live import Host
from cadre.engine.runs.ports import EventRow, Journal, Lease, Post, Submit, Written
from cadre.engine.runs.recording import Recording
from cadre.engine.runs.retention import RetentionStore
from cadre.engine.runs.schemas import (
    ENDED,
    ForkChanges,
    Frame,
    RetentionPolicy,
    Run,
    RunEvent,
    RunSpec,
    RunsSettings,
    RunStatus,
)
from cadre.engine.runs.store import RunStore
from cadre.engine.runs.waiting import CHILD, RESOLVE
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, Work
from cadre.kernel.ids import BlobId, RunId
from cadre.kernel.messages import Json
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Redactor

_MOST_EVENTS = 5000
_OUTCOMES = ("run.started", "step.finished", "step.failed", "step.resolved")
Events: TypeAlias = list[RunEvent]  # inside Runs, `list` is a verb
RunIds: TypeAlias = list[RunId]


class Runs:
    """The runs of every org; a run of another org does not exist (`RunNotFound`).

    `blobs` holds big payloads. Open it before use and close it after its workers.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        bus: Bus,
        settings: RunsSettings | None = None,
        *,
        journal: Journal | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        """`journal`: another keeper of the journal than the one that fits `database`.

        What `redactor` knows gets into no journal.
        """
        settings = settings or RunsSettings()
        self.engine = Engine.on(database, blobs, bus, settings, journal=journal, redactor=redactor)
        self._journal = self.engine.journal
        self._payloads = self.engine.payloads
        self._hub = self.engine.hub

    async def open(self) -> None:
        await self._journal.open()

    async def close(self) -> None:
        await self._journal.close()

    async def start(self, scope: Scope, spec: RunSpec) -> Run:
        """Begin a run; with `spec.id` given, the same id again returns the run that is there."""
        return await self._submit(scope, await Birth.of(self._payloads.of(scope.org), scope, spec))

    async def signal(self, scope: Scope, run_id: RunId, *, key: str, name: str, data: Json) -> bool:
        """Put a signal into the run's mailbox; False if `key` came before or the run has ended."""
        for text in (key, name):
            if not text or len(text) > 500 or "\0" in text:
                raise BadKey("A signal's key and name are 1 to 500 characters, none of them NUL.")
        if name.startswith((CHILD, RESOLVE)):
            raise BadKey(f"Signals named {CHILD}… and {RESOLVE}… are the engine's own.")
        by = scope.principal.id
        return await self._post(scope, run_id, key, name, {"name": name, "data": data, "by": by})

    async def cancel(self, scope: Scope, run_id: RunId, reason: str = "") -> Run:
        """End the run, whatever it does; it may take up to two seconds. Ended runs stay so."""
        await self.summary(scope, run_id)
        told = {"reason": reason or "It was asked to stop.", "by": scope.principal.id}
        wish = self._payloads.of(scope.org).text(told)
        if await self._journal.cancel(run_id, scope.org, wish):
            self._hub.wish(run_id, wish)
        return await self.get(scope, run_id)

    async def get(self, scope: Scope, run_id: RunId) -> Run:
        """The whole run, with definition, input and output."""
        run = await self.summary(scope, run_id)
        async with self.engine.database.read(scope) as work:
            first = await RunStore(work).events(run_id, after=-1, limit=1)
            last = await RunStore(work).events(run_id, after=run.last_seq - 1, limit=1)
        started = await self._payloads.show(first[0].data) if first else {}
        run.definition, run.input = started.get("definition"), started.get("input")
        if run.status == "done" and last:
            run.output = (await self._payloads.show(last[0].data)).get("output")
        return run

    async def list(
        self,
        scope: Scope,
        *,
        statuses: Sequence[RunStatus] = (),
        agent: str | None = None,
        session_id: str | None = None,
        parent_id: str | None = None,
        text: str | None = None,
        started_by: Collection[str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Run]:
        """Newest first, without definition, input and output; `started_by` are as "user:usr_1"."""
        async with self.engine.database.read(scope) as work:
            return await RunStore(work).page(
                statuses=statuses,
                agent=agent,
                session_id=session_id,
                parent_id=parent_id,
                text=text,
                started_by=started_by,
                cursor=cursor,
                limit=limit,
            )

    async def running(self, work: Work) -> int:
        """How many of the org of the work are at work at this moment."""
        return await RunStore(work).running()

    async def events(
        self, scope: Scope, run_id: RunId, *, after: int = -1, limit: int = 1000
    ) -> Events:
        """The journal after `after`, in order."""
        await self.summary(scope, run_id)
        return await self.page(scope, run_id, after, min(limit, _MOST_EVENTS))

    async def before(self, scope: Scope, run_id: RunId, *, limit: int) -> RunIds:
        """The ended runs of the same session and kind before it, newest first, without replays."""
        async with self.engine.database.read(scope) as work:
            return [RunId(found) for found in await RunStore(work).before(run_id, limit)]

    async def outcomes(self, scope: Scope, run_ids: Sequence[RunId]) -> Events:
        """How each of some runs began, and how its steps ended: whole runs, each in order."""
        async with self.engine.database.read(scope) as work:
            rows = await RunStore(work).events_of(run_ids, _OUTCOMES)
        return [await self.shown(row) for row in rows]

    def follow(
        self, scope: Scope, run_id: RunId, *, after: int = -1
    ) -> AsyncIterator[RunEvent | Frame | Run]:
        """The journal after `after`, then what happens live, up to the last event."""
        return follow(self, self._hub, scope, run_id, after)

    async def resolve(
        self, scope: Scope, run_id: RunId, *, key: str, outcome: str, output: Json = None
    ) -> Run:
        """Say what became of an unsafe step whose end nobody saw.

        `happened`: `output` is its result; `did_not_happen`: it acts again; `abandon`: it fails.
        """
        if outcome not in ("happened", "did_not_happen", "abandon"):
            raise BadKey("The outcome is happened, did_not_happen or abandon.", field="outcome")
        recording, last = await self._recording(scope, run_id)
        if key not in recording.unknown_steps:
            raise RunConflict(
                f"The outcome of {key!r} is not unknown: there is nothing to resolve."
            )
        data = {"outcome": outcome, "by": scope.principal.id}
        if outcome == "happened":
            data["output"] = output
        # Two answers to the same question have the same key: the first one counts.
        signal_key = f"{RESOLVE}{key}#{last}"
        await self._post(scope, run_id, signal_key, f"{RESOLVE}{key}", data)
        return await self.get(scope, run_id)

    async def fork(
        self, scope: Scope, run_id: RunId, *, at_seq: int, changes: ForkChanges | None = None
    ) -> Run:
        """A new run with this one's journal up to event `at_seq`, changed, and then its own."""
        source = await self.summary(scope, run_id)
        birth = await fork(
            self._payloads.of(scope.org),
            scope,
            source=source,
            events=await self._journal.read([run_id]),
            changes=changes or ForkChanges(),
            at_seq=at_seq,
        )
        return await self._submit(scope, birth)

    async def replay(self, scope: Scope, run_id: RunId) -> Run:
        """Run the driver again over the recorded results; nothing acts, and nothing is paid.

        It ends as the recorded run did, or fails with `replay_diverged` and says where.
        """
        source = await self.summary(scope, run_id)
        events = await self._journal.read([run_id])
        birth = await replay(self._payloads.of(scope.org), scope, source=source, events=events)
        return await self._submit(scope, birth)

    async def payload(self, scope: Scope, run_id: RunId, blob: str) -> bytes:
        """The content of a payload that one of the run's events refers to."""
        async with self.engine.database.read(scope) as work:
            if not await RunStore(work).has_payload(run_id, blob):
                raise RunNotFound(f"The run {run_id[:80]} has no payload {blob[:80]}.")
        return await self._payloads.blobs.get(BlobId(blob))

    async def retention(self, scope: Scope) -> Sequence[RetentionPolicy]:
        """How long ended runs are kept: policies by kind, `*` for all others."""
        async with self.engine.database.read(scope) as work:
            return await RetentionStore(work).all(self.engine.settings.retention_days)

    async def keep(self, scope: Scope, policy: RetentionPolicy) -> None:
        """Keep ended runs of a kind for so many days from now on."""
        async with self.engine.database.begin(scope) as work:
            await RetentionStore(work).put(policy)

    async def _submit(self, scope: Scope, birth: Birth) -> Run:
        place = self._hub.reserve(birth.run.kind, birth.run.org_id)
        since = time.monotonic()
        written = self._journal.write(Submit(birth.run, place and place[1]))
        # In a crowd the loop has better things to do than to prepare what can't act yet.
        is_early = place is not None and self._journal.is_quiet
        if place is not None and is_early:
            place[0].begin(birth.claim(), since, written)
        # A request that is given up must not take the run with it, which may be durable already.
        status = await self._written(written, place, is_early=is_early)
        if status is None:
            return await self._existing(scope, birth)
        if place is not None and status == "running" and not is_early:
            place[0].begin(birth.claim(), since, None)
        elif status != "running":
            self._hub.poke()
        else:
            for _ in range(2):  # the run first: its effect is two turns of the loop away
                await asyncio.sleep(0)
        run = birth.run
        self._hub.advanced(run, run.entries, len(run.entries) - 1, (status, None))
        shown = birth.shown(status)
        if status != "running" and self._hub.is_limited(run.org_id):
            now = await self.summary(scope, shown.id)
            shown.waiting_for = now.waiting_for if now.status == status else shown.waiting_for
        return shown

    async def _written(
        self, written: "Future[Written]", place: tuple[Host, Lease] | None, *, is_early: bool
    ) -> str | None:
        """The status that the run was born with; its place is given back if it stays empty."""
        status = None
        try:
            status = cast("str | None", await asyncio.shield(written))
        finally:
            if place is not None and not is_early and status != "running":
                place[0].release()
        return status

    async def _existing(self, scope: Scope, birth: Birth) -> Run:
        try:
            return await self.get(scope, RunId(birth.run.id))
        except RunNotFound as error:
            raise RunConflict(f"The id {birth.run.id} is taken; choose another one.") from error

    async def _post(
        self, scope: Scope, run_id: RunId, key: str, name: str, data: dict[str, Json]
    ) -> bool:
        await self.summary(scope, run_id)
        text, blobs = await self._payloads.of(scope.org).pack(data)
        post = Post(run_id, scope.org, key, name, scope.principal.id, text, blobs)
        is_new = bool(await self._journal.write(post))
        if is_new:
            self._hub.poke(run_id)
        return is_new

    async def summary(self, scope: Scope, run_id: RunId) -> Run:
        """The run as in lists, or raise `RunNotFound`."""
        async with self.engine.database.read(scope) as work:
            run = await RunStore(work).get(run_id)
        if run is None:
            raise RunNotFound(f"There is no run {run_id[:80]}.")
        return run

    async def page(self, scope: Scope, run_id: RunId, after: int, limit: int) -> Events:
        """`events` for who knows that the run exists."""
        async with self.engine.database.read(scope) as work:
            rows = await RunStore(work).events(run_id, after=after, limit=limit)
        return [await self.shown(row) for row in rows]

    async def shown(self, row: EventRow) -> RunEvent:
        """The event as people see it."""
        data = await self._payloads.show(row.data)
        return RunEvent(
            run_id=RunId(row.run_id), seq=row.seq, at=row.at, type=row.type, key=row.key, data=data
        )

    async def _recording(self, scope: Scope, run_id: RunId) -> tuple[Recording, int]:
        run = await self.summary(scope, run_id)
        if run.status in ENDED:
            raise RunConflict("The run has ended.")
        return Recording.of(await self._journal.read([run_id])), run.last_seq
