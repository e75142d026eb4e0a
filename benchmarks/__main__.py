"""`python -m benchmarks [figure ...] [--quick]`: measure, print JSON lines, write the document."""

import argparse
import sys
import time

import orjson

from benchmarks import document, machine
from benchmarks.figures import FIGURES, Figure
from benchmarks.options import HOME, Options, Result


def main() -> int:
    arguments = _arguments()
    if arguments.list:
        for figure in FIGURES:
            print(f"{figure.name:16} {figure.title}")
        return 0
    HOME.mkdir(exist_ok=True)
    options = Options(quick=arguments.quick)
    names = [figure.name for figure in FIGURES]
    wanted = [each for each in FIGURES if each.name in (arguments.figures or names)]
    failed = 0
    for figure in [] if arguments.document else wanted:
        result = _measure(figure, options)
        failed += "error" in result
        print(orjson.dumps(result).decode(), flush=True)
        document.save(figure, result)
    print(f"wrote {document.write()}", file=sys.stderr)
    return 1 if failed else 0


def _measure(figure: Figure, options: Options) -> Result:
    print(f"· {figure.title}", file=sys.stderr, flush=True)
    began = time.time()
    try:
        result = figure.module().measure(options)
    except Exception as error:  # one figure that can't be had must not cost the others
        result = {"figure": figure.name, "error": f"{type(error).__name__}: {error}"}
    return {
        **result,
        "quick": options.quick,
        "measured_at": round(began, 1),
        "took_seconds": round(time.time() - began, 1),
        "machine": machine.describe(HOME),
        "versions": machine.versions(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure")
    parser.add_argument("--quick", action="store_true", help="show that it works, in a minute")
    parser.add_argument("--list", action="store_true", help="say which figures there are")
    parser.add_argument("--document", action="store_true", help="only write docs/performance.md")
    arguments = parser.parse_args()
    unknown = set(arguments.figures) - {figure.name for figure in FIGURES}
    if unknown:
        parser.error(f"no figure is called {', '.join(sorted(unknown))}; see --list")
    return arguments


if __name__ == "__main__":
    raise SystemExit(main())
