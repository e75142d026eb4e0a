"""Taint: which kinds of content from outside a run has read. It only ever grows.

A run inherits what its ancestors have read: their journals say so, whatever its driver was told.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cadre.engine.gate.mandate import Mandate
from cadre.engine.runs import ActiveRun, RunEvent, Runs
from cadre.engine.tools import Tool
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_list, is_object

WEB_PAGE = "web page"
E_MAIL = "e-mail"
FILE = "file from outside"
UNTRUSTED_TOOL = "tool of an untrusted server"
EARLIER = "earlier turn"
OTHER = "content from outside"

# By the first word of a tool's name, as `mail_read`; what is not here is simply from outside.
_KINDS = {
    "http": WEB_PAGE,
    "web": WEB_PAGE,
    "browser": WEB_PAGE,
    "mail": E_MAIL,
    "email": E_MAIL,
    "file": FILE,
    "download": FILE,
    "mcp": UNTRUSTED_TOOL,
}
_MOST_RUNS = 10_000
_MOST_ANCESTORS = 50
_Value = TypeVar("_Value")


def kind_of(tool: str) -> str:
    """The kind of content that an outside tool of this name brings in."""
    return _KINDS.get(tool.partition("_")[0], OTHER)


def taints_in(events: Iterable[RunEvent]) -> frozenset[str]:
    """What a run has read, by the ends of its steps."""
    found: set[str] = set()
    for event in events:
        output = event.data.get("output") if is_object(event.data) else None
        if event.type != "step.finished" or not is_object(output) or not output.get("tainted"):
            continue
        if is_list(labels := output.get("taints")) and labels:
            found.update(str(label) for label in labels)
        else:
            is_tool = event.data.get("kind") == "tool"
            found.add(kind_of(str(event.data.get("name"))) if is_tool else EARLIER)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Ancestry:
    """`depth` is how many runs are above this one; `taints` is what those have read."""

    depth: int = 0
    taints: frozenset[str] = frozenset()


@dataclass(slots=True)
class Taints:
    """What runs have read. Without `runs`, ancestors are not looked at."""

    runs: Runs | None = None
    _brought: OrderedDict[RunId, frozenset[str]] = field(
        default_factory=OrderedDict[RunId, frozenset[str]]
    )
    _parents: OrderedDict[RunId, RunId | None] = field(
        default_factory=OrderedDict[RunId, RunId | None]
    )
    _read: OrderedDict[RunId, tuple[int, frozenset[str]]] = field(
        default_factory=OrderedDict[RunId, tuple[int, frozenset[str]]]
    )

    def brings(self, run: ActiveRun, tool: Tool) -> None:
        """`run` may carry out `tool` now, and reads what it returns."""
        if tool.outside:
            known = self._brought.get(run.id, frozenset())
            _keep(self._brought, run.id, known | {kind_of(tool.name)})

    async def of(self, run: ActiveRun, mandate: Mandate) -> tuple[int, frozenset[str]]:
        """How deep the run is, and the kinds of content that it has read by now."""
        ancestry = await self._ancestry(run)
        own = frozenset[str]()
        if mandate.tainted:
            own = mandate.taints or self._brought.get(run.id) or frozenset({EARLIER})
        depth = max(ancestry.depth, len(mandate.layers) - 1, 0)
        return depth, own | mandate.taints | ancestry.taints

    async def _ancestry(self, run: ActiveRun) -> Ancestry:
        if self.runs is None:
            return Ancestry()
        above: list[RunId] = []
        place: RunId | None = await self._parent(self.runs, run.scope, run.id)
        while place is not None and len(above) < _MOST_ANCESTORS:
            above.append(place)
            place = await self._parent(self.runs, run.scope, place)
        read = [await self._read_by(self.runs, run.scope, each) for each in above]
        return Ancestry(len(above), frozenset[str]().union(*read))

    async def _parent(self, runs: Runs, scope: Scope, run_id: RunId) -> RunId | None:
        if run_id not in self._parents:
            _keep(self._parents, run_id, (await runs.summary(scope, run_id)).parent_id)
        return self._parents[run_id]

    async def _read_by(self, runs: Runs, scope: Scope, run_id: RunId) -> frozenset[str]:
        """An ancestor may go on reading: its journal is looked at again when it has grown."""
        last_seq = (await runs.summary(scope, run_id)).last_seq
        known = self._read.get(run_id)
        if known is None or known[0] != last_seq:
            events: Sequence[RunEvent] = await runs.outcomes(scope, [run_id])
            known = (last_seq, taints_in(events))
            _keep(self._read, run_id, known)
        return known[1]


def _keep(kept: OrderedDict[RunId, _Value], key: RunId, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST_RUNS:
        kept.popitem(last=False)
