"""Exit codes, and how an asynchronous command is run to one of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import typer

DONE = 0
FAILED = 1
USAGE = 2
WAITING = 3
CANCELLED = 130


def finish(
    command: Coroutine[Any, Any, int | None],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    """Run `command` and leave with the code that it returns."""
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            code = runner.run(command)
    except KeyboardInterrupt:
        code = CANCELLED
    except BaseExceptionGroup as group:
        raise _alone(group) from group
    if code:
        raise typer.Exit(code)


def _alone(error: BaseException) -> BaseException:
    """The error that a task group wrapped, if it is the only one in it."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    group = cast("BaseExceptionGroup[BaseException]", error)
    return _alone(group.exceptions[0]) if len(group.exceptions) == 1 else group
