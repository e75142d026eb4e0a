"""What trust costs a call: signed in, permitted and audited, beside the same route with nothing in front.

Both serve the same routes over the same services and databases of their own, in turns over one kept-alive
connection each. The read lists five of what the write made; the write makes one row and, where it
is trusted, one line of the audit log, durable before the answer.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import serving
from benchmarks.databases import DIALECTS, Databases, Dialect, fresh_databases
from benchmarks.gateway_process import free_port, started
from benchmarks.options import Options, Result
from benchmarks.serving import CADRE
from benchmarks.statistics import milliseconds, quantile, spread
from benchmarks.targets import Target, number, spread_told, table, under

_WARM = 30
_Call = tuple[str, str, dict[str, Any] | None]
_CALLS: dict[str, _Call] = {
    "write": ("POST", "/conversations", {}),
    "read": ("GET", "/conversations?limit=5", None),
}


def measure(options: Options) -> Result:
    times, rounds = (40, 1) if options.quick else (400, 5)
    with fresh_databases() as databases:
        return {
            "figure": "trust",
            "rounds": rounds,
            **{
                dialect: asyncio.run(_measure(databases, dialect, times, rounds))
                for dialect in DIALECTS
            },
        }


async def _measure(
    databases: Databases, dialect: Dialect, times: int, rounds: int
) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {what: [] for what in _CALLS}
    for _ in range(rounds):
        async with _pair(databases, dialect) as (trusted, bare):
            for what, call in _CALLS.items():
                found[what].append(await _round(trusted, bare, call, times))
    return {
        what: {name: spread([each[name] for each in each_round], 3) for name in each_round[0]}
        for what, each_round in found.items()
    }


async def _round(
    trusted: aiohttp.ClientSession, bare: aiohttp.ClientSession, call: _Call, times: int
) -> dict[str, float]:
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(times + _WARM):
        # Every second one the other way round: neither always comes after the other.
        order = ((trusted, ours), (bare, theirs))
        for session, seconds in order if turn % 2 else reversed(order):
            took = await _call(session, *call)
            if turn >= _WARM:
                seconds.append(took)
    own, without = milliseconds(ours), milliseconds(theirs)
    return {
        "trusted_p50_ms": own["p50_ms"],
        "trusted_p99_ms": own["p99_ms"],
        "bare_p50_ms": without["p50_ms"],
        "bare_p99_ms": without["p99_ms"],
        "added_p50_ms": round((quantile(ours, 0.5) - quantile(theirs, 0.5)) * 1000, 3),
    }


async def _call(session: aiohttp.ClientSession, method: str, path: str, body: Any) -> float:
    began = time.perf_counter()
    async with session.request(method, f"/api/v1{path}", json=body) as response:
        text = await response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:500]!r}")
    return time.perf_counter() - began


@asynccontextmanager
async def _pair(
    databases: Databases, dialect: Dialect
) -> AsyncGenerator[tuple[aiohttp.ClientSession, aiohttp.ClientSession]]:
    """A session with a key to `cadre up`, and one without to the bare routes."""
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name:
        folder = Path(name)
        ours, theirs = [await asyncio.to_thread(databases.empty, dialect) for _ in range(2)]
        port = free_port()
        command = [CADRE.with_name("python"), "-m", "benchmarks.peers.bare_api", str(port)]
        home = str(folder / "bare")
        server = await asyncio.to_thread(serving.start, folder / "trusted", CADRE_DATABASE_URL=ours)
        try:
            key = await asyncio.to_thread(serving.make_key, server)
            with started(
                command, folder / "bare.log", port, CADRE_HOME=home, CADRE_DATABASE_URL=theirs
            ):
                headers = {"Authorization": f"Bearer {key}"}
                async with (
                    aiohttp.ClientSession(server.url, headers=headers) as trusted,
                    aiohttp.ClientSession(f"http://127.0.0.1:{port}") as bare,
                ):
                    yield trusted, bare
        finally:
            await asyncio.to_thread(server.stop)
            for url in (ours, theirs):
                await asyncio.to_thread(databases.drop, url)


def targets(result: Result) -> list[Target]:
    return [
        under(
            f"{dialect}: added by sign-in, permission and audit to a {what}, p50",
            result[dialect][what]["added_p50_ms"]["median"],
            2,
            " ms",
        )
        for dialect in DIALECTS
        for what in _CALLS
    ]


def describe(result: Result) -> str:
    head = ["", "bare p50 / p99, ms", "with trust p50 / p99, ms", "added p50, ms"]
    rows = [
        [
            f"{dialect}, {what}",
            *(
                f"{number(one[f'{which}_p50_ms']['median'])} / {number(one[f'{which}_p99_ms']['median'])}"
                for which in ("bare", "trusted")
            ),
            spread_told(one["added_p50_ms"]),
        ]
        for dialect in DIALECTS
        for what, one in result[dialect].items()
    ]
    return (
        "The read lists five conversations; the write begins one. With trust is `cadre up` and a key: "
        "host, limits, key, grants, audit; the write's line of the audit log is on the disk before the answer. "
        "Bare is the same route over the same services, with none of that. "
        f"Medians of {result['rounds']} rounds, each with new servers and databases, calls in turns.\n\n"
        + table(head, rows)
    )
