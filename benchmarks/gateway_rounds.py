"""Rounds of load on every gateway, and what a long load does to its memory.

All stand ready at once and are asked in turn, one measurement after the other, so that they
see the same machine. A gateway must ask the upstream once for every request that it
answers: one that did not would be measured doing something else.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.gateway_process import Door
from benchmarks.gateway_shapes import SHAPES
from benchmarks.options import Options
from benchmarks.programs import run_program

CONNECTIONS = (1, 16, 64)
MIX = {"plain": 0.7, "stream": 0.2, "agent": 0.1}
_WHOLE = {1: 600, 16: 1600, 64: 3200}
_QUICK = {1: 50, 16: 100, 64: 150}
_BLOCKS = 10
_QUIET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """The upstream, by its own base URL and as a door."""

    door: Door
    url: str

    def served(self) -> int:
        """How many completions it has answered."""
        with urllib.request.urlopen(f"{self.url}/models") as response:
            return json.load(response)["served"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement of one gateway; CPU is seconds per 1,000 requests."""

    contender: str
    shape: str
    connections: int
    found: dict[str, float] | None
    error: str = ""


def measure_round(
    doors: Mapping[str, Door],
    shares: Sequence[tuple[str, float]],
    upstream: Upstream,
    options: Options,
) -> list[Cell]:
    """Every gateway, shape and number of connections once; `shares` are of the requests, by name."""
    cells: list[Cell] = []
    for shape in SHAPES:
        for connections in CONNECTIONS:
            counts = _QUICK if options.quick else _WHOLE
            for name, share in shares:
                requests = max(connections, round(counts[connections] * share))
                place = (name, shape.name, connections)
                try:
                    found = _cell(doors[name], upstream, *place[1:], requests)
                    cells.append(Cell(*place, found))
                except RuntimeError as error:  # a gateway that can't do it loses this cell only
                    cells.append(Cell(*place, None, str(error).strip().splitlines()[-1]))
    return cells


def memory(door: Door, requests: int, mix: Mapping[str, float] = MIX) -> dict[str, Any]:
    """Resident MiB before and after `requests` of `mix`, warmed up with a fiftieth of them."""
    _mixed(door, max(requests // 50, 100), mix)
    time.sleep(_QUIET_SECONDS)
    resident = [door.resident_bytes()]
    for _ in range(_BLOCKS):
        _mixed(door, requests // _BLOCKS, mix)
        resident.append(door.resident_bytes())
    time.sleep(_QUIET_SECONDS)
    after = door.resident_bytes()
    return {
        "requests": requests,
        "before_mib": round(resident[0] / 2**20, 1),
        "on_the_way_mib": [round(each / 2**20, 1) for each in resident],
        "after_mib": round(after / 2**20, 1),
        "growth_mb": round((after - resident[0]) / 1e6, 1),
    }


def load(
    door: Door,
    shape: str,
    connections: int,
    requests: int,
    *,
    warm: int,
    is_distinct: bool = True,
) -> dict[str, Any]:
    task = {
        "url": door.url, "headers": door.headers, "model": door.model, "shape": shape,
        "connections": connections, "requests": requests, "warm": warm, "is_distinct": is_distinct,
    }  # fmt: skip
    return run_program([sys.executable, "-m", "benchmarks.gateway_load"], task)


def _cell(
    door: Door, upstream: Upstream, shape: str, connections: int, requests: int
) -> dict[str, float]:
    used, upstream_used = door.cpu_seconds(), upstream.door.cpu_seconds()
    served, warm = upstream.served(), max(connections, 10)
    found = load(door, shape, connections, requests, warm=warm)
    made, asked = requests + warm, upstream.served() - served
    if asked != made:
        raise RuntimeError(f"asked the upstream {asked} times for {made} requests")
    per_thousand = 1000 / made
    return {
        "p50_ms": found["latency"]["p50_ms"],
        "p99_ms": found["latency"]["p99_ms"],
        "first_byte_p50_ms": found["first_byte"]["p50_ms"],
        "requests_per_second": found["requests_per_second"],
        "cpu_seconds": (door.cpu_seconds() - used) * per_thousand,
        "upstream_cpu_seconds": (upstream.door.cpu_seconds() - upstream_used) * per_thousand,
        "load_cpu_seconds": found["cpu_seconds"] * 1000 / requests,
    }


def _mixed(door: Door, requests: int, mix: Mapping[str, float]) -> None:
    for shape, share in mix.items():
        load(door, shape, 16, max(round(requests * share), 16), warm=0)


def folder_of(parent: Path, name: str) -> Path:
    """A new folder for a gateway's files."""
    path = parent / name
    path.mkdir(parents=True)
    return path
