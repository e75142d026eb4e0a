"""What an agent may do in a run, as the gate is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from cadre.engine.gate.rules import GateRule


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an agent may do: its tools, its rules under those of its ancestors.

    `tainted`: the run has read content from outside; `taints` says of which kinds, where that is
    known. `recorded` are the keys of steps that the run's journal already holds. `secrets` are those
    that its tools may use.
    """

    agent: str | None
    tools: Sequence[str]
    layers: Sequence[Sequence[GateRule]]
    tainted: bool = False
    recorded: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()
    secrets: Sequence[str] = ()
