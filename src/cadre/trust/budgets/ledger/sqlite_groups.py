"""Grouping on SQLite: operations that callers ask for together are one transaction.

The connection is in synchronous=NORMAL and leaves checkpoints to others, so a commit is a
write into the page cache: short enough to do in place. Only where somebody else is
writing does a thread wait for the turn, and whatever is asked meanwhile joins the next group.
"""

import asyncio
import sqlite3
from asyncio import Future
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic, sleep
from typing import Any, TypeVar, cast

from cadre.infra.database import Database
from cadre.trust.budgets.errors import LedgerUnavailable

Result = TypeVar("Result")
Operation = Callable[[sqlite3.Connection], Any]
_Pending = tuple[Operation, "Future[Any]"]

_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.0005


class GroupedWrites:
    """Does operations in groups; one that raises fails its group, so they must not."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_Pending] = []
        self._is_scheduled = False
        self._waiting: Future[list[Any]] | None = None

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "budgets-write")
        self._connection = self._database.sqlite_connection()
        for pragma in ("synchronous=NORMAL", "wal_autocheckpoint=0", "busy_timeout=0"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def close(self) -> None:
        """Do what was asked, then end."""
        with suppress(LedgerUnavailable):
            await self.do(lambda _: None)  # groups are done in order, so this one is the last
        self._thread.shutdown()
        self._connection.close()

    async def do(self, operation: Callable[[sqlite3.Connection], Result]) -> Result:
        """Return what `operation` returned, once its group is committed."""
        future: Future[Result] = self._loop.create_future()
        self._pending.append((operation, cast("Future[Any]", future)))
        self._schedule()
        return await future

    def _schedule(self) -> None:
        if not self._is_scheduled and self._waiting is None:
            self._is_scheduled = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._is_scheduled = False
        group, self._pending = self._pending, []
        try:
            has_begun = _has_begun(self._connection)
            results = self._apply(group) if has_begun else None
        except sqlite3.Error as error:
            return _fail(group, error)
        if results is not None:
            return _finish(group, results)
        self._waiting = self._loop.run_in_executor(self._thread, self._wait_and_apply, group)
        return self._waiting.add_done_callback(lambda done: self._waited(group, done))

    def _wait_and_apply(self, group: Sequence[_Pending]) -> list[Any]:
        until = monotonic() + _PATIENCE_SECONDS
        while not _has_begun(self._connection, is_last_try=monotonic() > until):
            sleep(_POLL_SECONDS)
        return self._apply(group)

    def _waited(self, group: Sequence[_Pending], done: "Future[list[Any]]") -> None:
        self._waiting = None
        error = done.exception()
        if error is None:
            _finish(group, done.result())
        else:
            _fail(group, error)
        if self._pending:
            self._schedule()

    def _apply(self, group: Sequence[_Pending]) -> list[Any]:
        try:
            results = [operation(self._connection) for operation, _ in group]
            self._connection.execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise
        return results


def _has_begun(connection: sqlite3.Connection, *, is_last_try: bool = False) -> bool:
    try:
        connection.execute("begin immediate")
    except sqlite3.OperationalError as error:
        if is_last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _finish(group: Sequence[_Pending], results: Sequence[Any]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if not future.done():  # its caller may have been cancelled
            future.set_result(result)


def _fail(group: Sequence[_Pending], error: BaseException) -> None:
    for _, future in group:
        if not future.done():
            failure = LedgerUnavailable(
                f"The database can't be written ({error}), so calls under a hard budget are "
                "refused. Check its disk."
            )
            failure.__cause__ = error
            future.set_exception(failure)
