"""How a turn begins: the workspace as it has to be, the files at hand, the turns before.

A fork starts in a workspace of its own, which gets the files as they were at the fork point.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from cadre.engine.agents.definition import RunDefinition
from cadre.engine.agents.earlier import Transcripts
from cadre.engine.agents.errors import BadInput
from cadre.engine.agents.reading import reader_of
from cadre.engine.agents.transcript import AgentInput
from cadre.engine.gate import EARLIER
from cadre.engine.runs import ActiveRun, RunEvent, Runs, Safety
from cadre.engine.tools import FileRef, Origin, Source, Storage, Workspace
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import NotFound
from cadre.kernel.ids import BlobId, RunId
from cadre.kernel.messages import Json, Message
from cadre.kernel.values import is_object

_WORKSPACE = "workspace/"
_ENDED_STEP = ("step.finished", "step.failed", "step.resolved")
_EVENTS = 1000


class Opening(BaseModel):
    """What the step `history` journals. `manifest` is the workspace before the turn."""

    messages: list[Message] = Field(default_factory=list[Message])
    turns_left_out: int = 0
    tainted: bool = False
    sources: list[Source] = Field(default_factory=list[Source])
    files: list[FileRef] = Field(default_factory=list[FileRef])
    manifest: BlobId
    today: str
    recorded: frozenset[str] = Field(default=frozenset(), exclude=True)

    def read(self) -> set[Source]:
        """What the run has read before its first call."""
        found = set(self.sources)
        if self.tainted and not any(source.is_outside for source in found):
            found.add(Source(kind=EARLIER, by=""))
        return found


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens the turn of `run`."""

    runs: Runs
    transcripts: Transcripts
    blobs: Blobs
    storage: Storage
    workspace: Workspace
    run: ActiveRun
    definition: RunDefinition
    given: AgentInput

    @property
    def _reader(self) -> str:
        return reader_of(self.run)

    async def open(self) -> Opening:
        """Journaled: a recovery begins with the same history, whatever was said since."""
        recorded = await self._inherit()
        output = await self.run.step(
            "history",
            lambda _: self._look_back(),
            kind="code",
            name="history",
            input={"files": [str(getattr(f, "path", f)) for f in self.given.files]},
            safety=Safety.IDEMPOTENT,
            settles_with_next=True,
        )
        return Opening.model_validate(output).model_copy(update={"recorded": recorded})

    async def _inherit(self) -> frozenset[str]:
        """Bring a fork's workspace to the fork point; return the keys that its journal holds."""
        itself = self.run.origin
        if itself is None:
            return frozenset()
        events = await all_events(self.runs, self.run, self.run.id)
        recorded = [event.key for event in events if event.key and event.type in _ENDED_STEP]
        restored = [key for key in recorded if key.startswith(_WORKSPACE)]
        if itself.type == "fork" and f"{_WORKSPACE}{self.run.id}" not in restored:
            restored.append(f"{_WORKSPACE}{self.run.id}")
        origin = RunId(itself.run_id)
        for key in restored:  # those of earlier forks are history, but a replay wants them all
            await self.run.step(
                key,
                lambda _: self._restore(origin, events),
                kind="code",
                name="workspace",
                safety=Safety.IDEMPOTENT,
            )
        return frozenset(recorded)

    async def _restore(self, origin: RunId, events: Sequence[RunEvent]) -> Json:
        manifest = last_manifest(events)
        if manifest is None:  # forked before anything was done
            manifest = first_manifest(await all_events(self.runs, self.run, origin))
        if manifest is not None:
            await self.storage.restore(self.run.scope, self.workspace, manifest)
        return {"restored": manifest}

    async def _look_back(self) -> Json:
        files = [await self._file(file) for file in self.given.files]
        manifest = await self.workspace.snapshot()
        room = self.definition.context.max_tokens
        await self.run.born()  # before that an earlier turn may not be seen to have ended
        earlier = await self.transcripts.before(self.run.scope, await self._first(), room)
        sources = await self.workspace.sources([file.path for file in files], self._reader)
        if earlier.is_tainted:
            sources.add(Source(kind=EARLIER, by=f"session:{self.run.session_id}"))
        opening = Opening(
            messages=earlier.messages,
            turns_left_out=earlier.left_out,
            tainted=any(source.is_outside for source in sources),
            sources=sorted(sources, key=lambda source: (source.kind, source.by)),
            files=files,
            manifest=manifest,
            today=datetime.fromtimestamp(time.time(), UTC).date().isoformat(),
        )
        return opening.model_dump(mode="json")

    async def _file(self, file: str | FileRef) -> FileRef:
        """The file as it is in the workspace; one that brings its content is put there."""
        if isinstance(file, FileRef) and file.blob is not None:
            content = await self.blobs.get(file.blob)
            scope, workspace = self.run.scope, self.workspace
            kept = await self.storage.add_file(scope, workspace, file.path, content)
            await workspace.note([kept.path], Origin(is_upload=True, by=(self._reader,)))
            return kept
        path = file if isinstance(file, str) else file.path
        try:
            return await self.workspace.file_ref(path)
        except NotFound as error:
            raise BadInput(f"There is no file `{path}`. Upload it first.", field="files") from error

    async def _first(self) -> RunId:
        """The run whose session this one continues: a fork stands in the place of its origin."""
        run_id, origin = self.run.id, self.run.origin
        while origin is not None:
            run_id = RunId(origin.run_id)
            origin = (await self.runs.summary(self.run.scope, run_id)).origin
        return run_id


async def all_events(runs: Runs, run: ActiveRun, run_id: RunId) -> list[RunEvent]:
    """The whole journal of `run_id`, on behalf of `run`."""
    events: list[RunEvent] = []
    after = -1
    while page := await runs.events(run.scope, run_id, after=after, limit=_EVENTS):
        events += page
        after = page[-1].seq
        if len(page) < _EVENTS:
            break
    return events


def last_manifest(events: Sequence[RunEvent]) -> BlobId | None:
    """The workspace as the last tool that wrote to it left it."""
    return first_manifest(list(reversed(events)))


def first_manifest(events: Sequence[RunEvent]) -> BlobId | None:
    """The workspace as it was before the turn."""
    return next((found for event in events if (found := _manifest(event))), None)


def _manifest(event: RunEvent) -> BlobId | None:
    if event.type not in {"step.finished", "step.resolved"} or not is_object(event.data):
        return None
    output: Json = event.data.get("output")
    if not is_object(output) or not output.get("manifest"):
        return None
    return BlobId(output["manifest"])
