"""The figures there are, in the order of the document."""

import importlib
from dataclasses import dataclass
from typing import Protocol, cast

from benchmarks.options import Options, Result
from benchmarks.targets import Target


class FigureModule(Protocol):
    """What a module of this package that measures a figure offers."""

    def measure(self, options: Options) -> Result: ...
    def targets(self, result: Result) -> list[Target]: ...
    def describe(self, result: Result) -> str: ...


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    title: str

    def module(self) -> FigureModule:
        return cast(FigureModule, importlib.import_module(f"benchmarks.{self.name}"))


FIGURES: tuple[Figure, ...] = (
    Figure("throughput", "Durable steps per second"),
    Figure("latency", "Added latency per step"),
    Figure("takeover", "Takeover of a killed worker's runs"),
    Figure("kill_test", "The long kill test"),
    Figure("parked", "100,000 parked runs"),
    Figure("server", "Cold start and memory of the server"),
    Figure("turn", "One conversation turn over HTTP"),
    Figure("first_byte", "First-byte overhead of a streamed answer"),
    Figure("gateway", "The gateway beside a pass-through and its peers"),
    Figure("gateway_alone", "The gateway's memory under a long load, and its cached answers"),
    Figure("trust", "What sign-in, permission and audit cost a call"),
    Figure("offline_operator", "The offline operator's score"),
)
