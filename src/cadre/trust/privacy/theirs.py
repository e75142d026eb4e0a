"""Theirs: data of people as plain rows, which is how most of it lies.

A room says of each column that names people what becomes of its rows when somebody is erased: they
go (`Goes`), they stay with the id, which then says nothing of who it was (`Stays`), or the name in
them is replaced (`Signed`).
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Table, delete, literal, or_, select, tuple_, update

from cadre.infra.database import Work
from cadre.kernel.ids import OrgId
from cadre.trust.privacy.ports import Attachment, Claim, Erased, Person, Record

By = Literal["id", "ids", "keys", "principals"]

_PAGE = 500
# Never in an archive, whatever table it is in.
_HIDDEN = ("hash", "secret", "csrf", "sealed", "wrapped", "password")
_HIDDEN_NAMES = frozenset({"org_id", "token", "successor"})


@dataclass(frozen=True, slots=True)
class Goes:
    """Rows whose `columns` name the person; they are deleted. `shown`: all columns, if empty."""

    table: Table
    columns: tuple[str, ...]
    by: By = "id"
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stays:
    """Rows whose `columns` hold the person's id; they are exported and stay as they are."""

    table: Table
    columns: tuple[str, ...]
    by: By = "ids"
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """Rows that are the org's, with the person's name in `columns`."""

    table: Table
    columns: tuple[str, ...]


Rule = Goes | Stays | Signed


class Theirs:
    """What a room knows of people, all of it in plain rows."""

    def __init__(
        self,
        room: str,
        *rules: Rule,
        stays: str = "",
        also: frozenset[Claim] = frozenset(),
        topics: Sequence[Callable[[OrgId], str]] = (),
    ) -> None:
        """`topics` are what this process remembers of those rows; `also` are columns with nothing but
        an id, in rows that are nobody else's to read."""
        self._room = room
        self._rules = rules
        self._stays = stays
        self._also = also
        self._topics = topics

    @property
    def room(self) -> str:
        return self._room

    @property
    def claims(self) -> frozenset[Claim]:
        ruled = ((rule.table.name, name) for rule in self._rules for name in rule.columns)
        return frozenset(ruled) | self._also

    @property
    def stays(self) -> str:
        return self._stays

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        for rule in self._rules:
            async for record in _told(work, rule, person):
                yield record

    async def erase(self, work: Work, person: Person) -> Erased:
        deleted = renamed = 0
        for rule in self._rules:
            match rule:
                case Goes():
                    deleted += await erase_rows(work, rule, person)
                case Signed():
                    renamed += await _rename(work, rule, person)
                case Stays():
                    pass
        for topic in self._topics if deleted or renamed else ():
            work.touch(topic(work.scope.org))
        return Erased(deleted, renamed)


async def erase_rows(work: Work, rule: Goes, person: Person) -> int:
    """Delete what `rule` says; returns how many rows."""
    statement = delete(rule.table).where(_mine(work, rule.table), _names(rule, person))
    return (await work.connection.execute(statement)).rowcount


async def told_rows(
    work: Work, table: Table, where: ColumnElement[bool], only: Sequence[str] = ()
) -> AsyncGenerator[Record]:
    """The work's org's rows of `table`, by key, without what may not be shown."""
    keys, after = list(table.primary_key.columns), None
    shown = [column for column in table.columns if not only or column.name in only]
    while True:
        query = select(*keys, *shown).where(_mine(work, table), where).order_by(*keys)
        if after is not None:
            query = query.where(tuple_(*keys) > tuple_(*after))
        rows = (await work.connection.execute(query.limit(_PAGE))).all()
        for row in rows:
            named = zip(shown, row[len(keys) :], strict=True)
            yield Record(table.name, {c.name: v for c, v in named if _may_show(c.name)})
        if len(rows) < _PAGE:
            return
        after = [literal(value) for value in rows[-1][: len(keys)]]


async def _told(work: Work, rule: Rule, person: Person) -> AsyncGenerator[Record]:
    only = [] if isinstance(rule, Signed) else list(rule.shown)
    if isinstance(rule, Signed):
        # The row is not about them: what was signed, not what it holds.
        only = [*(key.name for key in rule.table.primary_key.columns), *rule.columns]
    async for record in told_rows(work, rule.table, _names(rule, person), only):
        yield record


async def _rename(work: Work, rule: Signed, person: Person) -> int:
    renamed = 0
    for name in rule.columns:
        column = rule.table.c[name]
        statement = update(rule.table).where(_mine(work, rule.table), column.in_(person.names))
        found = await work.connection.execute(statement.values({name: person.pseudonym}))
        renamed += found.rowcount
    return renamed


def _names(rule: Rule, person: Person) -> ColumnElement[bool]:
    columns = [rule.table.c[name] for name in rule.columns]
    values = sorted(person.names) if isinstance(rule, Signed) else _values(rule.by, person)
    return or_(*(column.in_(values) for column in columns))


def _values(by: By, person: Person) -> list[str]:
    match by:
        case "id":
            return [person.id]
        case "ids":
            return person.ids
        case "keys":
            return sorted(person.keys)
        case "principals":
            return person.principals


def _mine(work: Work, table: Table) -> ColumnElement[bool]:
    return table.c.org_id == work.scope.org


def _may_show(name: str) -> bool:
    return name not in _HIDDEN_NAMES and not any(part in name for part in _HIDDEN)
