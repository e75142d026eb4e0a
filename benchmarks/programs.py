"""A contender runs as a program of its own: a task goes in as JSON, a result comes back.

A fresh process for every measurement: no contender profits or suffers from what ran before.

A task says `work` ("throughput": waves of `runs` runs of `steps` trivial steps, started
together and waited for, again until `seconds` have passed; "latency": one run for each of
`durations`, a list of seconds that its steps sleep), the `url` of a fresh database, and how
many `threads` a contender that needs them gets.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.databases import Databases, Dialect
from benchmarks.options import ROOT, environment
from benchmarks.peers.environment import PYTHON, program_of


@dataclass(frozen=True, slots=True)
class Contender:
    """cadre or a peer, on one database."""

    name: str
    dialect: Dialect
    program: str
    threads: int = 0

    @property
    def is_cadre(self) -> bool:
        return self.program == "cadre"

    def run(self, databases: Databases, task: dict[str, Any]) -> dict[str, Any]:
        """Do `task` on a fresh database; return what the program printed."""
        make = databases.with_tables if self.is_cadre else databases.empty
        url = make(self.dialect)
        try:
            return run_program(self._command(), {**task, "url": url, "threads": self.threads})
        finally:
            databases.drop(url)

    def _command(self) -> list[str]:
        if self.is_cadre:
            return [sys.executable, "-m", "benchmarks.cadre_runs"]
        return [str(PYTHON), str(program_of(self.program))]


# The peers' threads: what was quickest for each of them on two cores.
CADRE = {
    "sqlite": Contender("cadre SQLite", "sqlite", "cadre"),
    "postgresql": Contender("cadre PostgreSQL", "postgresql", "cadre"),
}
DBOS = {
    "sqlite": Contender("dbos SQLite", "sqlite", "dbos_runs", threads=4),
    "postgresql": Contender("dbos PostgreSQL", "postgresql", "dbos_runs", threads=32),
}
LANGGRAPH = Contender("langgraph SqliteSaver", "sqlite", "langgraph_runs", threads=4)


def run_program(
    command: list[str],
    task: dict[str, Any] | None,
    *,
    patience_seconds: float = 600.0,
    codes: tuple[int, ...] = (0,),
) -> dict[str, Any]:
    """Run `command`, with `task` as its last argument if there is one; read the JSON it prints."""
    done = subprocess.run(
        [*command, *([] if task is None else [json.dumps(task)])],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=patience_seconds,
        check=False,
    )
    if done.returncode not in codes or not done.stdout:
        raise RuntimeError(f"{Path(command[-1]).name} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])
