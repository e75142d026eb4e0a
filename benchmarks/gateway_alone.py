"""The gateway by itself: a long load of plain requests, and an answer that it has already.

No peer has to be installed. The cached answer alternates with the floor's, which fetches the
same answer from the upstream: a difference is of two measurements of the same round.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.gateway_contenders import CADRE, FLOOR, upstream
from benchmarks.gateway_process import Door
from benchmarks.gateway_rounds import Upstream, folder_of, load, memory
from benchmarks.options import Options, Result
from benchmarks.statistics import spread
from benchmarks.targets import Target, spread_told, table, under

_KEPT = {"x-cadre-cache-seconds": "3600"}
_PLAIN = {"plain": 1.0}
_WARM = 20


def measure(options: Options) -> Result:
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name, upstream() as (door, url):
        folder, source = Path(name), Upstream(door, url)
        rounds = _rounds(source, folder, options)
        with CADRE.running(folder_of(folder, "memory"), url) as gateway:
            resident = memory(gateway, 1000 if options.quick else 100_000, _PLAIN)
    return {
        "figure": "gateway_alone",
        "cached": {what: spread([each[what] for each in rounds], 3) for what in rounds[0]},
        "rounds": len(rounds),
        "memory": resident,
    }


def targets(result: Result) -> list[Target]:
    growth, cached = result["memory"]["growth_mb"], result["cached"]["cached_p50_ms"]["median"]
    requests = f"{result['memory']['requests']:,}"
    return [
        under(f"gateway: memory growth over {requests} plain requests", growth, 20, " MB"),
        under("gateway: a cached answer, as its client sees it, p50", cached, 1, " ms"),
    ]


def describe(result: Result) -> str:
    cached, resident = result["cached"], result["memory"]
    head = ["", "p50, ms", "p99, ms", "CPU of its processes, ms"]
    rows = [
        [told, *(spread_told(cached[f"{name}_{what}"]) for what in ("p50_ms", "p99_ms", "cpu_ms"))]
        for name, told in (("cached", "cadre, cached"), ("floor", "floor, from the upstream"))
    ]
    return (
        "The same plain question at temperature 0 with `X-Cadre-Cache-Seconds: 3600`, over one "
        "kept-alive connection; beside it the floor, which asks the upstream each time. The way from and "
        "to the client is included, so the time in the server is less; the CPU is that of one answer "
        f"in all of the server's processes. Medians of {result['rounds']} alternating rounds.\n\n"
        f"{table(head, rows)}\n\n"
        f"The cached answer's p50 less the floor's: {spread_told(cached['difference_ms'])} ms.\n\n"
        f"**Resident memory** of a new server under {resident['requests']:,} plain requests over 16 "
        f"connections, from after a warm-up of a fiftieth of them: {resident['before_mib']:,.1f} MiB "
        f"before, {resident['after_mib']:,.1f} MiB after, growth {resident['growth_mb']:,.1f} MB "
        f"(at each tenth: {', '.join(f'{each:,.1f}' for each in resident['on_the_way_mib'])} MiB)."
    )


def _rounds(source: Upstream, folder: Path, options: Options) -> list[dict[str, float]]:
    requests = 100 if options.quick else 2000
    with ExitStack() as stack:
        floor, gateway = (
            stack.enter_context(each.running(folder_of(folder, each.name), source.url))
            for each in (FLOOR, CADRE)
        )
        kept = replace(gateway, headers={**gateway.headers, **_KEPT})
        found: list[dict[str, float]] = []
        for number in range(options.rounds(5)):
            # Every second round the other way round: neither always runs after the other.
            if number % 2:
                ours = _answers(kept, source, requests, is_cached=True)
                theirs = _answers(floor, source, requests, is_cached=False)
            else:
                theirs = _answers(floor, source, requests, is_cached=False)
                ours = _answers(kept, source, requests, is_cached=True)
            found.append(_paired(ours, theirs))
    return found


def _answers(door: Door, source: Upstream, requests: int, *, is_cached: bool) -> dict[str, float]:
    """One connection's latencies; refuses what the cache did not answer, and what it did unasked."""
    served, used = source.served(), door.cpu_seconds()
    found = load(door, "plain", 1, requests, warm=_WARM, is_distinct=not is_cached)
    cpu, asked = door.cpu_seconds() - used, source.served() - served
    made = requests + _WARM
    if asked != (1 if is_cached else made):
        raise RuntimeError(f"asked the upstream {asked} times for {made} requests")
    return {**found["latency"], "cpu_ms": cpu * 1000 / made}


def _paired(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    columns = ("p50_ms", "p99_ms", "cpu_ms")
    return {
        **{f"cached_{what}": ours[what] for what in columns},
        **{f"floor_{what}": theirs[what] for what in columns},
        "difference_ms": ours["p50_ms"] - theirs["p50_ms"],
    }
