"""The gateway beside a bare pass-through and its peers: one worker process each, the same upstream.

cadre checks a bearer key, plans, reserves against a hard budget, passes the answer through and
writes the ledger; the floor does nothing but pass bytes on. Rounds alternate: a ratio is of
two measurements of the same round.
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.gateway_contenders import (
    ABSENT,
    CADRE,
    CONTENDERS,
    FLOOR,
    LITELLM,
    PORTKEY,
    Contender,
    upstream,
)
from benchmarks.gateway_report import describe, targets
from benchmarks.gateway_rounds import (
    CONNECTIONS,
    Cell,
    Upstream,
    folder_of,
    measure_round,
    memory,
)
from benchmarks.gateway_shapes import SHAPES
from benchmarks.options import Options, Result
from benchmarks.peers import gateway_litellm, gateway_portkey
from benchmarks.statistics import spread

__all__ = ["describe", "measure", "targets"]

DIRECT = "upstream"


def measure(options: Options) -> Result:
    missing = dict(ABSENT)
    ready = [each for each in CONTENDERS if _prepared(each, missing)]
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name, upstream() as (door, url):
        folder, source = Path(name), Upstream(door, url)
        cells = _rounds(ready, source, folder, options, missing)
        started = [each for each in ready if each.name not in missing]
        resident = {each.name: _memory(each, source, folder, options) for each in started}
    return {
        "figure": "gateway",
        "cells": _summary(cells),
        "errors": _errors(cells),
        "added_p50_ms": _added(cells, DIRECT),
        "added_to_floor_p50_ms": _added(cells, FLOOR.name),
        "cadre_to": {each.name: _ratios(cells, each) for each in (FLOOR, PORTKEY, LITELLM)},
        "memory": resident,
        "missing": missing,
        "peers": {
            "litellm": gateway_litellm.VERSION,
            "@portkey-ai/gateway": gateway_portkey.VERSION,
            "node": gateway_portkey.NODE,
        },
    }


def _prepared(contender: Contender, missing: dict[str, str]) -> bool:
    try:
        contender.prepare()
    except Exception as error:  # a peer that can't be installed is said to be missing
        missing[contender.name] = _line(error)
        return False
    return True


def _rounds(
    contenders: Sequence[Contender],
    source: Upstream,
    folder: Path,
    options: Options,
    missing: dict[str, str],
) -> list[list[Cell]]:
    """The cells, round by round."""
    with ExitStack() as stack:
        doors = {DIRECT: source.door}
        for each in contenders:
            try:
                running = each.running(folder_of(folder, each.name), source.url)
                doors[each.name] = stack.enter_context(running)
            except Exception as error:  # the others can still be measured
                missing[each.name] = _line(error)
        shares = [(DIRECT, 1.0), *((each.name, each.share) for each in contenders)]
        asked = [each for each in shares if each[0] in doors]
        rounds: list[list[Cell]] = []
        for number in range(options.rounds(5)):
            # Every second round the other way round: no one always runs after the same one.
            order = asked if number % 2 == 0 else asked[::-1]
            rounds.append(measure_round(doors, order, source, options))
        return rounds


def _memory(
    contender: Contender, source: Upstream, folder: Path, options: Options
) -> dict[str, Any]:
    requests = 100_000 if contender.share >= 0.5 else 10_000
    try:
        with contender.running(folder_of(folder, f"{contender.name}-memory"), source.url) as door:
            return memory(door, requests // 100 if options.quick else requests)
    except Exception as error:  # the figure's other parts stand without it
        return {"error": _line(error)}


def _summary(rounds: list[list[Cell]]) -> dict[str, Any]:
    """Each value's spread over the rounds, by contender, shape and connections."""
    found: dict[str, Any] = {}
    for place, values in _by_place(rounds).items():
        name, shape, connections = place
        cell = {what: spread([each[what] for each in values], 3) for what in values[0]}
        found.setdefault(name, {}).setdefault(shape, {})[str(connections)] = cell
    return found


def _errors(rounds: list[list[Cell]]) -> dict[str, str]:
    return {
        f"{cell.contender}, {cell.shape}, {cell.connections} connections": cell.error
        for cells in rounds
        for cell in cells
        if cell.error
    }


def _added(rounds: list[list[Cell]], base: str) -> dict[str, Any]:
    """p50 at one connection less `base`'s of the same round, by contender and shape."""
    added: dict[str, Any] = {}
    for each in CONTENDERS:
        for shape in SHAPES:
            pairs = _pairs(rounds, each.name, base, shape.name, 1)
            values = [ours["p50_ms"] - own["p50_ms"] for ours, own in pairs]
            if values:
                added.setdefault(each.name, {})[shape.name] = spread(values, 3)
    return added


def _ratios(rounds: list[list[Cell]], other: Contender) -> dict[str, Any]:
    """How many times `other`'s requests per second cadre answers, by shape and connections."""
    ratios: dict[str, Any] = {}
    for shape in SHAPES:
        for connections in CONNECTIONS:
            pairs = _pairs(rounds, CADRE.name, other.name, shape.name, connections)
            values = [
                ours["requests_per_second"] / theirs["requests_per_second"]
                for ours, theirs in pairs
            ]
            if values:
                ratios.setdefault(shape.name, {})[str(connections)] = spread(values, 3)
    return ratios


Place = tuple[str, str, int]


def _by_place(rounds: list[list[Cell]]) -> dict[Place, list[dict[str, float]]]:
    found: dict[Place, list[dict[str, float]]] = {}
    for cell in (cell for cells in rounds for cell in cells):
        if cell.found is not None:
            place = (cell.contender, cell.shape, cell.connections)
            found.setdefault(place, []).append(cell.found)
    return found


def _pairs(
    rounds: list[list[Cell]], left: str, right: str, shape: str, connections: int
) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Both contenders' findings of each round in which both have one."""
    pairs: list[tuple[dict[str, float], dict[str, float]]] = []
    for cells in rounds:
        at = {
            cell.contender: cell.found
            for cell in cells
            if (cell.shape, cell.connections) == (shape, connections)
        }
        ours, theirs = at.get(left), at.get(right)
        if ours is not None and theirs is not None:
            pairs.append((ours, theirs))
    return pairs


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[-1][:300]
