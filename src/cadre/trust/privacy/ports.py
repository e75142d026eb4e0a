"""What rooms that hold data of people, or data that ages, do for privacy; each has its own."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cadre.infra.database import Work
from cadre.kernel.grants import Grants
from cadre.kernel.ids import OrgId


@dataclass(frozen=True, slots=True)
class DataClass:
    """Data that ages. `days` is how long it is kept if nobody says otherwise; None: for ever."""

    key: str
    title: str
    says: str
    days: int | None
    least: int = 1
    most: int = 36_500
    may_stay: bool = True
    batch: int = 500  # rows that one transaction deletes


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is (counted to a limit), and since when."""

    rows: int
    oldest: float | None


@dataclass(frozen=True, slots=True)
class Expired:
    """How many rows a batch deleted; `afterwards` removes the files, once that is committed."""

    rows: int
    afterwards: Callable[[], Awaitable[None]] | None = None


class Retained(Protocol):
    """One class of data of the work's org."""

    @property
    def about(self) -> DataClass: ...

    async def held(self, work: Work) -> Held: ...

    async def due(self, work: Work, before: float) -> int:
        """How much is older than `before`, counted to a limit."""
        ...

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        """Delete at most `most` of what is older than `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as data knows them.

    `names` are those under which they acted here and nobody else does; `keys` the ids of their
    API keys.
    """

    id: str
    email: str | None = None
    names: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    @property
    def ids(self) -> list[str]:
        """Theirs and their keys'."""
        return [self.id, *sorted(self.keys)]

    @property
    def principals(self) -> list[str]:
        """As those who began something are written down: "user:usr_1"."""
        return [f"user:{self.id}", *(f"key:{key}" for key in sorted(self.keys))]

    @property
    def pseudonym(self) -> str:
        """What stands where their name stood."""
        return f"Erased person ({self.id})"


@dataclass(frozen=True, slots=True)
class Record:
    """Something that is kept of a person: a row, as far as it may be shown."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of theirs, by its name in the archive."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Erased:
    """What one transaction did. `more`: ask again, after `afterwards` is done.

    `blobs` are those that what was deleted led to.
    """

    deleted: int = 0
    renamed: int = 0
    more: bool = False
    blobs: frozenset[str] = frozenset()
    afterwards: Callable[[], Awaitable[None]] | None = None


Claim = tuple[str, str]  # a table and a column of it that names people


class Personal(Protocol):
    """What one room knows of people."""

    @property
    def room(self) -> str: ...

    @property
    def claims(self) -> frozenset[Claim]:
        """The columns that name people, all of which it looks after."""
        ...

    @property
    def stays(self) -> str:
        """What stays with the person's id after an erasure, as a sentence; empty: nothing."""
        ...

    def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]: ...

    async def erase(self, work: Work, person: Person) -> Erased: ...


class People(Protocol):
    """The people of the work's org."""

    async def find(self, work: Work, user_id: str) -> Person:
        """The person with their address, or raise `NotFound`."""
        ...

    async def known(self, work: Work, person: Person) -> Person:
        """The same with keys and names, which may take a look at the whole audit log."""
        ...

    async def close(self, work: Work, by: Grants, person: Person) -> None:
        """Shut their account, or raise why it has to stay or is not `by`'s to shut."""
        ...


class Serving(Protocol):
    """Which orgs are served."""

    async def orgs(self) -> Sequence[OrgId]: ...


class Leftovers(Protocol):
    """Content that deleted rows led to."""

    async def remove(self, blobs: frozenset[str]) -> int:
        """Delete what nothing else leads to; returns how much that was."""
        ...


@dataclass(slots=True)
class Done:
    """What came of one room's data."""

    deleted: int = 0
    renamed: int = 0
    stays: str = ""
    kinds: dict[str, int] = field(default_factory=dict[str, int])
