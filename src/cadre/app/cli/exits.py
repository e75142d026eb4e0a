"""Exit codes, and how an asynchronous command is run to one of them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import typer

DONE = 0
FAILED = 1
USAGE = 2
WAITING = 3
CANCELLED = 130


def finish(command: Coroutine[Any, Any, int | None]) -> None:
    """Run `command` and leave with the code that it returns."""
    try:
        code = asyncio.run(command)
    except KeyboardInterrupt:
        code = CANCELLED
    if code:
        raise typer.Exit(code)
