"""Counting: which statements a database is sent, whichever kind it is."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements_about(*words: str) -> Generator[list[str]]:
    """The statements sent while the block runs that hold one of `words`; all, without any."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not words or any(word in statement for word in words):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
