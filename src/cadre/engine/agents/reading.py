"""Reading: what one call of a tool reads, and what it writes after content from outside was read."""

from dataclasses import dataclass, field

from cadre.engine.runs import ActiveRun
from cadre.engine.tools import OUTPUTS, Origin, Source, Tool, ToolOutput, Workspace
from cadre.kernel.ids import BlobId
from cadre.kernel.messages import Json


def reader_of(run: ActiveRun) -> str:
    """Whoever began the run, as uploads name them."""
    return f"{run.scope.principal.kind}:{run.scope.principal.id}"


@dataclass(slots=True)
class Reading:
    """A call of `tool`, for a run that `reader` began; `is_tainted` if the run is so already.

    Looked at before and after the call: code may delete a file once it has read it, and somebody
    may upload one meanwhile.
    """

    workspace: Workspace
    reader: str
    tool: Tool
    paths: list[str] | None
    is_tainted: bool
    _sources: set[Source] = field(default_factory=set[Source])
    _before: BlobId | None = None

    async def begin(self) -> None:
        """The call is about to be made."""
        if (brought := self.tool.brought()) is not None:
            self._sources.add(brought)
        await self._look()
        if self.is_tainted and not self.tool.read_only:
            self._before = await self.workspace.snapshot()

    async def end(self, output: ToolOutput) -> dict[str, Json]:
        """What the journal says of it; the files that it wrote are known to be from outside."""
        await self._look()
        said: dict[str, Json] = {}
        if any(source.is_outside for source in self._sources):
            said["tainted"] = True
        if self._sources:
            ordered = sorted(self._sources, key=lambda source: (source.kind, source.by))
            said["sources"] = [source.model_dump() for source in ordered]
        # A long answer is kept as a file, also that of a tool which only reads.
        written = [file.path for file in output.files if file.path.startswith(OUTPUTS)]
        manifest = None if self.tool.read_only else await self.workspace.snapshot()
        if manifest is not None and self._before is not None:
            written += await self.workspace.changed(self._before, manifest)
        if written and self.is_tainted:
            origin = Origin(is_upload=False, by=(f"tool:{self.tool.name}",))
            await self.workspace.note(written, origin)
            manifest = manifest and await self.workspace.snapshot()
        return said if manifest is None else {**said, "manifest": manifest}

    async def _look(self) -> None:
        self._sources |= await self.workspace.sources(self.paths, self.reader)
        self.is_tainted |= any(source.is_outside for source in self._sources)
