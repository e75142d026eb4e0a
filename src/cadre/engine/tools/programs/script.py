"""Run the Python script that comes on stdin, with tracebacks that show its lines."""

import linecache
import sys
import traceback

NAME = "script.py"


def main() -> int:
    """The exit code that Python would have given."""
    source = sys.stdin.read()
    linecache.cache[NAME] = (len(source), None, source.splitlines(keepends=True), NAME)
    sys.path[0] = ""
    sys.argv = [NAME]
    try:
        exec(compile(source, NAME, "exec"), {"__name__": "__main__"})  # noqa: S102 (its purpose)
    except SystemExit:
        raise
    except BaseException as error:
        shown = error.__traceback__.tb_next if error.__traceback__ is not None else None
        traceback.print_exception(type(error), error, shown)
        return 1
    return 0


sys.exit(main())
