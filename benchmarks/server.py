"""Cold start of `cadre up` to the first served request, and its memory when nothing happens."""

import tempfile
import time
from pathlib import Path

from benchmarks import serving
from benchmarks.options import Options, Result
from benchmarks.statistics import spread
from benchmarks.targets import Target, number, table, under

_QUIET_SECONDS = 5.0


def measure(options: Options) -> Result:
    fresh: list[float] = []
    again: list[float] = []
    resident: list[float] = []
    for _ in range(options.rounds(7)):
        with tempfile.TemporaryDirectory(prefix="cadre-bench-") as folder:
            home = Path(folder) / "home"
            server = serving.start(home)
            fresh.append(server.ready_seconds)
            server.stop()
            server = serving.start(home)
            again.append(server.ready_seconds)
            time.sleep(0.5 if options.quick else _QUIET_SECONDS)
            resident.append(server.resident_bytes() / 2**20)
            server.stop()
    return {
        "figure": "server",
        "cold_start_fresh_home_seconds": spread(fresh, 2),
        "cold_start_existing_home_seconds": spread(again, 2),
        "idle_resident_mib": spread(resident),
    }


def targets(result: Result) -> list[Target]:
    fresh = result["cold_start_fresh_home_seconds"]["median"]
    again = result["cold_start_existing_home_seconds"]["median"]
    resident = result["idle_resident_mib"]["median"] * 2**20 / 1e6
    return [
        under("cold start to first served request, fresh home", fresh, 2, " s"),
        under("cold start to first served request, existing home", again, 2, " s"),
        under("idle resident memory", resident, 150, " MB"),
    ]


def describe(result: Result) -> str:
    names = {
        "cold_start_fresh_home_seconds": "cold start, fresh home, s",
        "cold_start_existing_home_seconds": "cold start, existing home, s",
        "idle_resident_mib": "resident after 5 quiet seconds, MiB",
    }
    rows = [
        [told, *(number(result[name][column]) for column in ("median", "min", "max"))]
        for name, told in names.items()
    ]
    return (
        "`cadre up` as a process, from its start to its first 200 over HTTP; a fresh home is one "
        "without a database, keys or owner. Memory is of the process and all its children.\n\n"
        + table(["", "median", "least", "most"], rows)
    )
