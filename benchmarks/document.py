"""docs/performance.md: written from the newest result of every figure, never by hand."""

from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.document_kept import MACHINES, Kept
from benchmarks.figures import FIGURES, Figure
from benchmarks.options import DOCUMENT, RESULTS, ROOT, Result
from benchmarks.targets import Target, table

_INTRODUCTION = """\
# Performance

Written by `make bench` (`python -m benchmarks`); not by hand. Every figure is measured on one of the
machines below, peers in the same sitting and in alternating rounds, each measurement in a fresh process on a
fresh database. Medians are quoted with the least and the most of the rounds. Absolute values change
with the machine and with what else it does; ratios to a peer change much less.
"""


def save(figure: Figure, result: Result) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    _path(figure).write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))


def saved(figure: Figure) -> Result | None:
    """The newest result of `figure`, unless an older version of it measured something else."""
    if not _path(figure).exists():
        return None
    result: Result = orjson.loads(_path(figure).read_bytes())
    try:
        if "error" not in result:
            figure.module().describe(result)
            figure.module().targets(result)
    except KeyError as missing:
        return {**result, "error": f"an older version of this figure had no {missing}"}
    return result


def write() -> Path:
    """Write the document from what was saved; what was not measured here is kept as it stands."""
    found = [(figure, saved(figure)) for figure in FIGURES]
    measured = [(figure, result) for figure, result in found if result is not None]
    before = Kept.of(DOCUMENT.read_text() if DOCUMENT.exists() else "")
    sections = [
        before.sections.get(figure.title, "") if result is None else _section(figure, result)
        for figure, result in found
    ]
    parts = [_INTRODUCTION, _summary(measured, before), _machines(measured, before, sections)]
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text("\n".join([*parts, *filter(None, sections)]))
    return DOCUMENT.relative_to(ROOT)


def _summary(measured: list[tuple[Figure, Result]], before: Kept) -> str:
    rows = {
        target.what: _target(target)
        for figure, result in measured
        if "error" not in result
        for target in figure.module().targets(result)
    }
    all_rows = list((before.targets | rows).values())
    return f"## Targets\n\n{table(['target', 'wanted', 'measured', 'met'], all_rows)}\n"


def _target(target: Target) -> list[str]:
    met = {True: "yes", False: "**no**", None: "not measured"}[target.met]
    return [target.what, target.wanted, target.measured, met]


def _machines(measured: list[tuple[Figure, Result]], before: Kept, sections: list[str]) -> str:
    """This one, and those of the figures that are kept."""
    here = {name: f"**{name}**: {told}" for name, told in _machine(measured).items()}
    named = {name: told for name, told in before.machines.items() if _is_named(name, sections)}
    paragraphs = "\n\n".join((named | here).values())
    return f"{MACHINES}\n\n{paragraphs}\n"


def _is_named(machine: str, sections: list[str]) -> bool:
    return any(f" on {machine}, " in section for section in sections)


def _machine(measured: list[tuple[Figure, Result]]) -> dict[str, str]:
    if not measured:
        return {}
    machine = measured[-1][1]["machine"]
    versions: dict[str, str] = {}
    for _, result in measured:
        versions |= {**result.get("peers", {}), **result["versions"]}
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return {
        machine["processor"]: (
            f"{machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}; a durable "
            f"4 KiB write (fdatasync) takes {machine['fdatasync_us']} µs. {told}."
        )
    }


def _section(figure: Figure, result: Result) -> str:
    when = datetime.fromtimestamp(result["measured_at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    quick = ", **quick: not worth quoting**" if result["quick"] else ""
    body = (
        f"Not measured: {result['error']}"
        if "error" in result
        else figure.module().describe(result)
    )
    return (
        f"## {figure.title}\n\n{body}\n\n"
        f"`python -m benchmarks {figure.name}` on {result['machine']['processor']}, {when}, "
        f"{result['took_seconds']:.0f} s{quick}.\n"
    )


def _path(figure: Figure) -> Path:
    return RESULTS / f"{figure.name}.json"
