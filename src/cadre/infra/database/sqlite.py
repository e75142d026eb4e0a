"""SQLite for coroutines: short reads in place, everything that may wait on a thread.

In WAL mode a reader never waits for a writer, and a lookup takes less time than handing it to
a thread and back. A read that turns out to be long is broken off and done again on a thread.
Writes have one thread and take turns in order of arrival: SQLite would let them poll.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any, Self, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import CursorResult, Executable, Insert, create_engine
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.selectable import SelectBase, TypedReturnsRows

from cadre.infra.database.lookups import Lookups
from cadre.infra.database.rows_sqlite import NOBODY, GuardedCompiler, Whose, guard
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS

Result = TypeVar("Result")
Row = TypeVarTuple("Row")

BUSY_SECONDS = 30.0
_IN_PLACE_SECONDS = 0.002
_POLL_SECONDS = 0.001
_LOOK_EVERY_INSTRUCTIONS = 1000
_READERS = 8
_MOST_IDLE = 8


class SqliteConnection:
    """A connection of `SqliteEngine` inside a transaction; one coroutine uses it at a time."""

    def __init__(
        self,
        sync: Connection,
        budget: "_Budget",
        threads: Executor,
        lookups: Lookups,
        whose: Whose,
    ) -> None:
        self.whose = whose
        self._sync = sync
        self._plain = _plain(sync)
        self._lookups = lookups
        self._budget = budget
        self._threads = threads

    @property
    def dialect(self) -> Dialect:
        return self._sync.dialect

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Row], parameters: Any = None
    ) -> CursorResult[*Row]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        if _is_row(statement, parameters):
            return self._sync.execute(statement, parameters)
        # Not `is_select`: a write that returns rows may say so of itself, and SQLite rolls the
        # whole transaction back when a write is broken off.
        if isinstance(statement, SelectBase):
            lookup = self._lookups.find(statement, parameters)
            try:
                with self._budget:
                    if lookup is None:
                        return self._sync.execute(statement, parameters)
                    if not self._sync.in_transaction():
                        self._sync.begin()
                    return cast("CursorResult[Any]", lookup(self._plain))
            except (OperationalError, sqlite3.OperationalError) as error:
                cause = getattr(error, "orig", error)
                if getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
                    raise
        return await self.run_sync(lambda sync: sync.execute(statement, parameters))

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """Do `work` on a thread, and come back only when it is over: nobody else may use it."""
        doing = asyncio.get_running_loop().run_in_executor(self._threads, work, self._sync)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            while not doing.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([doing])
            raise

    def try_to_start(self) -> bool:
        """Begin at once, or not at all because somebody else is writing."""
        return _has_started(self._sync)

    def end_reading(self) -> None:
        """Give the snapshot back."""
        self._sync.rollback()

    def close(self) -> None:
        self._sync.close()


class SqliteEngine:
    """Transactions on the database file `path`."""

    def __init__(self, path: Path) -> None:
        self._all, self._guarded = _sync_engine(path), _sync_engine(path)
        self._guarded.dialect.statement_compiler = GuardedCompiler
        self._lookups = Lookups()
        self._writing = asyncio.Lock()
        # By whether they are guarded: what works for all orgs has connections of its own.
        self._writers: dict[bool, SqliteConnection] = {}
        self._idle: dict[bool, list[SqliteConnection]] = {True: [], False: []}
        self._write_thread = ThreadPoolExecutor(1, "database-write")
        self._read_threads = ThreadPoolExecutor(_READERS, "database-read")

    @property
    def owner(self) -> Self:
        """What works on the schema: the same, because the default is all orgs."""
        return self

    @asynccontextmanager
    async def connect(self, org: OrgId = ALL_ORGS) -> AsyncGenerator[SqliteConnection]:
        """A transaction that only reads; it sees the database as it is at its first statement."""
        is_guarded = org != ALL_ORGS
        idle = self._idle[is_guarded]
        if idle:
            connection = idle.pop()
        else:
            connection = await self._open(self._read_threads, is_guarded=is_guarded)
        connection.whose.org = org
        try:
            yield connection
        finally:
            connection.end_reading()
            connection.whose.org = NOBODY
            if len(idle) < _MOST_IDLE and idle is self._idle[is_guarded]:
                idle.append(connection)
            else:
                connection.close()

    @asynccontextmanager
    async def begin(self, org: OrgId = ALL_ORGS) -> AsyncGenerator[SqliteConnection]:
        """A transaction that may write: committed at the end, rolled back on an error."""
        async with self._writing:
            writer = await self._writer(is_guarded=org != ALL_ORGS)
            writer.whose.org = org
            try:
                if not writer.try_to_start():
                    await writer.run_sync(_start)
                yield writer
                await writer.run_sync(_commit)
            except BaseException:
                await writer.run_sync(_rollback)
                raise
            finally:
                writer.whose.org = NOBODY

    async def is_bound(self) -> bool:
        """Whether the database itself keeps orgs apart, whatever a statement says."""
        return True

    async def renew(self) -> None:
        """Open new connections from now on, because the tables have changed."""
        async with self._writing:
            idle = [connection for some in self._idle.values() for connection in some]
            connections = [*idle, *self._writers.values()]
            self._idle, self._writers = {True: [], False: []}, {}
            for connection in connections:
                connection.close()

    async def dispose(self) -> None:
        await self.renew()
        self._write_thread.shutdown()
        self._read_threads.shutdown()

    async def _writer(self, *, is_guarded: bool) -> SqliteConnection:
        if is_guarded not in self._writers:
            opened = await self._open(self._write_thread, is_guarded=is_guarded, is_writer=True)
            self._writers[is_guarded] = opened
        return self._writers[is_guarded]

    async def _open(
        self, threads: Executor, *, is_guarded: bool, is_writer: bool = False
    ) -> SqliteConnection:
        engine = self._guarded if is_guarded else self._all
        begin = "BEGIN IMMEDIATE" if is_writer else "BEGIN"

        def connect() -> SqliteConnection:
            sync = engine.connect().execution_options(cadre_begin=begin)
            plain = _plain(sync)
            tune(plain)
            whose = guard(plain, is_writer=is_writer) if is_guarded else Whose()
            plain.execute(
                "PRAGMA busy_timeout=0"
            )  # readers never wait, and `_start` does so itself
            return SqliteConnection(sync, _Budget(plain), threads, self._lookups, whose)

        return await asyncio.get_running_loop().run_in_executor(threads, connect)


def _sync_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "isolation_level": None,  # cadre says BEGIN itself, below
            "factory": _Connection,
        },
    )
    listen(engine, "begin", _begin)
    return engine


def tune(connection: sqlite3.Connection) -> None:
    """The settings of every connection: what is committed survives the plug being pulled."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _Budget:
    """While entered, breaks off what its connection does for too long."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._until: float | None = None
        connection.set_progress_handler(self._is_spent, _LOOK_EVERY_INSTRUCTIONS)

    def __enter__(self) -> None:
        self._until = perf_counter() + _IN_PLACE_SECONDS

    def __exit__(self, *_: object) -> None:
        self._until = None

    def _is_spent(self) -> bool:
        return self._until is not None and perf_counter() > self._until


class _Cursor(sqlite3.Cursor):
    """Has read all rows when `execute` returns, so that nothing is left to do later."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall())
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Cursor)


def _plain(connection: Connection) -> _Connection:
    plain = connection.connection.driver_connection
    assert isinstance(plain, _Connection)
    return plain


def _begin(connection: Connection) -> None:
    _plain(connection).execute(connection.get_execution_options()["cadre_begin"])


def _is_row(statement: Executable, parameters: Any) -> bool:
    """One row to insert is as quick as a lookup; it becomes durable at the commit."""
    is_one = parameters is None or isinstance(parameters, Mapping)
    return isinstance(statement, Insert) and statement.select is None and is_one


def _start(connection: Connection) -> None:
    until = monotonic() + BUSY_SECONDS
    while not _has_started(connection, is_last_try=monotonic() > until):
        sleep(_POLL_SECONDS)


def _has_started(connection: Connection, *, is_last_try: bool = False) -> bool:
    try:
        connection.begin()
    except sqlite3.OperationalError as error:
        if is_last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _commit(connection: Connection) -> None:
    connection.commit()


def _rollback(connection: Connection) -> None:
    connection.rollback()
    plain = _plain(connection)
    # To SQLAlchemy a commit that failed is the end of it, to SQLite it is not.
    if plain.in_transaction:
        plain.execute("ROLLBACK")
