"""What the document says about the gateways, and the targets of their issue."""

from typing import Any

from benchmarks.gateway_contenders import CADRE, FLOOR, LITELLM, PORTKEY
from benchmarks.gateway_rounds import CONNECTIONS
from benchmarks.gateway_shapes import PIECES, SHAPES, Shape
from benchmarks.options import Result
from benchmarks.targets import Target, at_least, number, spread_told, table, under

_RATIOS = ((FLOOR.name, 0.5), (PORTKEY.name, 3.0), (LITELLM.name, 50.0))
_MOST_CONNECTIONS = str(CONNECTIONS[-1])


def targets(result: Result) -> list[Target]:
    found = [_added(result, shape) for shape in SHAPES]
    for name, least in _RATIOS:
        found += [_ratio(result, shape, name, least) for shape in SHAPES]
    return [*found, _growth(result)]


# From py-spy with --gil on a server under plain calls at 64 connections; taken apart from this run, because a
# profiler changes what it looks at.
_WHERE = (
    "**Where cadre's time goes.** Of a plain call's time at 64 connections, what the floor does too takes about a "
    "quarter (uvicorn's reading and writing 16 %, the request to the upstream 9 %). Planning takes 10 % (which "
    "targets can answer, in which order, at what worst cost), usage read and priced 6 %, the reservation 5 %, its line and "
    "the settling 5 %, admission (key, organisation, limits) 5 %, breaker, health and attempts 8 %, reading and "
    "writing bodies 8 %; the rest is spread over the coroutines between the two sockets, none above 2 %. Tried, by "
    "CPU of a plain call: keys, routes and models known for a moment instead of looked up each time (1.04 to 0.69 ms); "
    "an HTTP client without nested context managers and with errors worded only when they happen, the gateway before all "
    "middleware, no task that watches for a hang-up of quick calls (to 0.55 ms); records that are not frozen, windows "
    "looked up once, what is there after the start kept from the garbage collector (to 0.52 ms); HTTP/1.1 connections of "
    "our own to providers (0.08 ms less for a plain call, 0.18 for a stream); budgets set aside ahead of the calls where "
    "they come often, so that few calls write to the budget's row (0.05 ms less). Tried without gain: a clock of our own "
    "for timeouts (0.5 %), one timer for all of them (2 %), joining pieces before they are written, other dictionaries "
    "for headers (below 1 microsecond), decisions of routes remembered (3.5 %, and one more thing to keep true), a short way past "
    "failover for models with one target (2 %). Half of the floor's requests would take twice the floor's CPU, "
    "of which what both do is one half already. Fifty times litellm's "
    "plain requests are two thirds of what the floor itself answers."
)


def describe(result: Result) -> str:
    parts = [
        f"Requests of a plain question, of a stream of {PIECES} pieces, and of an agent's turn (40 KB of "
        "messages and tools, a tool's arguments streamed back) over kept-alive connections, each asking "
        "again as soon as it is answered. The upstream answers at once; `upstream` is it asked directly. The "
        "floor is uvicorn, a bare ASGI function and aiohttp: it reads nothing, checks nothing, counts "
        "nothing. cadre is `cadre up` with a bearer key, a hard budget of the organisation that every call "
        "reserves from, and its ledger; litellm has a master key and no database, Portkey no keys at all; "
        "no peer keeps a ledger. Portkey waits 25 ms of its own before a stream's first piece: that is "
        "in its latencies, and costs no CPU. The upstream, the load and what is measured share the machine's cores. "
        "Medians of alternating rounds; CPU is that of all of a contender's processes.",
        *(
            f"**{shape.told[0].upper()}{shape.told[1:]}**\n\n{_cells(result, shape)}"
            for shape in SHAPES
        ),
        "**Added p50 at one connection, ms**: to the upstream asked directly, and to the floor\n\n"
        + _added_table(result),
        f"**cadre's requests/s at {_MOST_CONNECTIONS} connections, times a peer's, round by round**\n\n"
        + _ratio_table(result),
        "**Resident memory** under 70 % plain, 20 % streamed and 10 % agents' requests over 16 "
        "connections, from after a warm-up of a fiftieth of them\n\n" + _memory(result),
        _WHERE,
        _remarks(result),
    ]
    return "\n\n".join(part for part in parts if part)


def _added(result: Result, shape: Shape) -> Target:
    what = f"gateway: added p50 at one connection, {shape.name}"
    added = result["added_p50_ms"].get(CADRE.name, {}).get(shape.name)
    if added is None:
        return Target(what, "at most 1 ms", "-", None)
    median = added["median"]
    return Target(what, "at most 1 ms", f"{number(median)} ms", median <= 1)


def _ratio(result: Result, shape: Shape, name: str, least: float) -> Target:
    what = f"gateway: requests/s at 64 connections, times {name}'s, {shape.name}"
    ratio = result["cadre_to"][name].get(shape.name, {}).get(_MOST_CONNECTIONS)
    if ratio is None:
        return Target(what, f"at least {number(least)}", "-", None)
    return at_least(what, ratio["median"], least)


def _growth(result: Result) -> Target:
    memory = result["memory"].get(CADRE.name, {})
    what = f"gateway: memory growth over {memory.get('requests', 100_000):,} requests of all shapes"
    if "growth_mb" not in memory:
        return Target(what, "under 20 MB", "-", None)
    return under(what, memory["growth_mb"], 20, " MB")


def _cells(result: Result, shape: Shape) -> str:
    latencies = [f"p50 / p99 at {connections}, ms" for connections in CONNECTIONS]
    head = ["", *latencies, "first byte at 1, ms", "requests/s at 1", "at 64", "CPU s per 1,000"]
    rows: list[list[str]] = []
    for name, shapes in result["cells"].items():
        by_connections = shapes.get(shape.name, {})
        if list(by_connections) == [str(each) for each in CONNECTIONS]:
            rows.append([name, *_row(by_connections)])
    return table(head, rows)


def _row(cells: dict[str, Any]) -> list[str]:
    one, most = cells["1"], cells[_MOST_CONNECTIONS]
    return [
        *(f"{_of(each, 'p50_ms')} / {_of(each, 'p99_ms')}" for each in cells.values()),
        _of(one, "first_byte_p50_ms"),
        _of(one, "requests_per_second"),
        spread_told(most["requests_per_second"]),
        _of(most, "cpu_seconds"),
    ]


def _added_table(result: Result) -> str:
    bases = {"upstream": result["added_p50_ms"], "floor": result["added_to_floor_p50_ms"]}
    columns = [(shape, base) for shape in SHAPES for base in bases]
    rows = [
        [name, *(spread_told(bases[base].get(name, {}).get(shape.name)) for shape, base in columns)]
        for name in result["added_p50_ms"]
    ]
    return table(["", *(f"{shape.told}, to the {base}" for shape, base in columns)], rows)


def _ratio_table(result: Result) -> str:
    rows = [
        [
            name,
            *(spread_told(ratios.get(shape.name, {}).get(_MOST_CONNECTIONS)) for shape in SHAPES),
        ]
        for name, ratios in result["cadre_to"].items()
    ]
    return table(["", *(shape.told for shape in SHAPES)], rows)


def _memory(result: Result) -> str:
    rows = [
        [name, f"{one['requests']:,}", *(f"{one[what]:,.1f}" for what in columns)]
        for name, one in result["memory"].items()
        if (columns := ("before_mib", "after_mib", "growth_mb")) and "error" not in one
    ]
    return table(["", "requests", "before, MiB", "after, MiB", "growth, MB"], rows)


def _remarks(result: Result) -> str:
    lines = [f"- {told}" for told in _costs(result)]
    lines += [f"- Not measured: {name}: {why}." for name, why in result["missing"].items()]
    failed = {name: one for name, one in result["memory"].items() if "error" in one}
    lines += [f"- Memory of {name}: {one['error']}" for name, one in failed.items()]
    lines += [f"- {where}: {error}" for where, error in result["errors"].items()]
    return "\n".join(lines)


def _costs(result: Result) -> list[str]:
    """That neither the upstream nor the load generator is what is measured."""
    floor = result["cells"].get(FLOOR.name, {}).get("stream", {}).get(_MOST_CONNECTIONS)
    if floor is None:
        return []
    return [
        "For 1,000 streams at 64 connections the upstream used "
        f"{_of(floor, 'upstream_cpu_seconds')} s of CPU and the load generator "
        f"{_of(floor, 'load_cpu_seconds')} s, beside the floor's {_of(floor, 'cpu_seconds')} s."
    ]


def _of(cell: dict[str, Any], what: str) -> str:
    return number(cell[what]["median"])
