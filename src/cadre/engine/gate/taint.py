"""Taint: what a run has read that came from outside. It only ever grows.

What a tool returns that is marked as outside, and files from outside (see `tools/origins`). A run
inherits what its ancestors have read: their journals say so, whatever its driver was told.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from cadre.engine.gate.mandate import Mandate
from cadre.engine.runs import ActiveRun, RunEvent, Runs
from cadre.engine.tools import Source, Toolbox
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_list, is_object

EARLIER = "earlier turn"
OTHER = "content from outside"
_NOT_READ = frozenset({"gate"})  # it only repeats what was read before
_MOST_RUNS = 10_000
_MOST_ANCESTORS = 50
_Value = TypeVar("_Value")


def sources_of(output: Json) -> set[Source]:
    """What the journaled output of a step says that was read; what is no source is left out."""
    said = output.get("sources") if is_object(output) else None
    found: set[Source] = set()
    for each in said if is_list(said) else ():
        try:
            found.add(Source.model_validate(each))
        except ValidationError:
            continue
    return found


def sources_in(events: Iterable[RunEvent], toolbox: Toolbox) -> frozenset[Source]:
    """What a run has read, by the ends of its steps."""
    found: set[Source] = set()
    for event in events:
        if event.type != "step.finished" or not is_object(event.data):
            continue
        kind, name = event.data.get("kind"), str(event.data.get("name"))
        if kind in _NOT_READ:
            continue
        output = event.data.get("output")
        read = sources_of(output)
        # A tool is what it is, whatever was made of its output since.
        if kind == "tool" and (brought := toolbox.brought(name)) is not None:
            read.add(brought)
        if is_object(output) and output.get("tainted") and not any(s.is_outside for s in read):
            read.add(Source(kind=OTHER if kind == "tool" else EARLIER, by=f"{kind}:{name}"))
        found |= read
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Ancestry:
    """`depth` is how many runs are above this one; `sources` is what those have read."""

    depth: int = 0
    sources: frozenset[Source] = frozenset()


@dataclass(slots=True)
class Taints:
    """What runs have read. Without `runs`, ancestors are not looked at."""

    toolbox: Toolbox
    runs: Runs | None = None
    _parents: OrderedDict[RunId, RunId | None] = field(
        default_factory=OrderedDict[RunId, RunId | None]
    )
    _read: OrderedDict[RunId, tuple[int, frozenset[Source]]] = field(
        default_factory=OrderedDict[RunId, tuple[int, frozenset[Source]]]
    )

    async def of(self, run: ActiveRun, mandate: Mandate) -> tuple[int, frozenset[Source]]:
        """How deep the run is, and what it has read by now."""
        ancestry = await self._ancestry(run)
        depth = max(ancestry.depth, len(mandate.layers) - 1, 0)
        return depth, told_of(mandate) | ancestry.sources

    async def _ancestry(self, run: ActiveRun) -> Ancestry:
        if self.runs is None:
            return Ancestry()
        above: list[RunId] = []
        place: RunId | None = await self._parent(self.runs, run.scope, run.id)
        while place is not None and len(above) < _MOST_ANCESTORS:
            above.append(place)
            place = await self._parent(self.runs, run.scope, place)
        read = [await self._read_by(self.runs, run.scope, each) for each in above]
        return Ancestry(len(above), frozenset[Source]().union(*read))

    async def _parent(self, runs: Runs, scope: Scope, run_id: RunId) -> RunId | None:
        if run_id not in self._parents:
            _keep(self._parents, run_id, (await runs.summary(scope, run_id)).parent_id)
        return self._parents[run_id]

    async def _read_by(self, runs: Runs, scope: Scope, run_id: RunId) -> frozenset[Source]:
        """An ancestor may go on reading: its journal is looked at again when it has grown."""
        last_seq = (await runs.summary(scope, run_id)).last_seq
        known = self._read.get(run_id)
        if known is None or known[0] != last_seq:
            events: Sequence[RunEvent] = await runs.outcomes(scope, [run_id])
            known = (last_seq, sources_in(events, self.toolbox))
            _keep(self._read, run_id, known)
        return known[1]


def told_of(mandate: Mandate) -> frozenset[Source]:
    """What the run itself has read, as far as the mandate says."""
    told = {*mandate.sources, *(Source(kind=kind, by="") for kind in mandate.taints)}
    if mandate.tainted and not any(source.is_outside for source in told):
        told.add(Source(kind=EARLIER, by=""))
    return frozenset(told)


def _keep(kept: OrderedDict[RunId, _Value], key: RunId, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST_RUNS:
        kept.popitem(last=False)
