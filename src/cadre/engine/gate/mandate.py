"""What an agent may do in a run, as the gate is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from cadre.engine.gate.rules import GateRule
from cadre.engine.tools import Source


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an agent may do: its tools, its rules under those of its ancestors.

    `tainted`: the run has read content from outside; `sources` is what it has read, where that is
    known, and `taints` are kinds of content that it is imagined to have read. `recorded` are the keys of steps that the run's journal already holds. `secrets` are those
    that its tools may use.
    """

    agent: str | None
    tools: Sequence[str]
    layers: Sequence[Sequence[GateRule]]
    tainted: bool = False
    recorded: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()
    secrets: Sequence[str] = ()
    sources: frozenset[Source] = frozenset()
