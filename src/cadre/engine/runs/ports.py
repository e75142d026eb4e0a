"""Journal: the port to a database that keeps runs. SQLite and PostgreSQL implement it.

Every write is durable when its call returns, and carries the fence of whoever writes: an
append whose fence or sequence number is no longer the run's is refused whole.
"""

from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias


class Entry(NamedTuple):
    """One event to be written; `data` is JSON text."""

    type: str
    key: str | None
    data: str
    at: float


class EventRow(NamedTuple):
    """One event as it was written."""

    run_id: str
    seq: int
    at: float
    type: str
    key: str | None
    data: str


class MailRow(NamedTuple):
    """One signal that the run has not yet taken into its journal."""

    key: str
    name: str
    sender: str | None
    data: str
    at: float


class Receipt(NamedTuple):
    """The state of the run's row right after an append."""

    status: str
    mail: int
    cancel: str | None


@dataclass(slots=True)
class Spent:
    """Added to the run's counters."""

    steps: int = 0
    cost_nano_usd: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            steps=self.steps + other.steps,
            cost_nano_usd=self.cost_nano_usd + other.cost_nano_usd,
            unpriced=self.unpriced + other.unpriced,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(slots=True)
class Turn:
    """A change of status that goes with an append.

    `waiting` is refused (the run stays `running`) if mail came that the run has not seen.
    An ended run cancels its children, gives its session's turn to the next, and puts `tell`
    into its parent's mailbox under the name and key `tell_name`.
    """

    status: str
    due_at: float | None = None
    seen: int = 0
    error: str | None = None
    tell: str | None = None
    tell_name: str = ""
    has_children: bool = True


@dataclass(slots=True)
class NewRun:
    """A run to be inserted with its first events."""

    id: str
    org_id: str
    project_id: str
    environment: str
    principal: str
    kind: str
    agent: str | None
    title: str
    session_id: str | None
    parent_id: str | None
    parent_key: str | None
    workspace_id: str
    priority: int
    deadline: float | None
    origin: str | None
    created_at: float
    entries: list[Entry]
    payloads: list[str]
    mail: int = 0
    steps: int = 0


@dataclass(slots=True)
class Append:
    """Events of one run, written whole or refused whole.

    `drained` are (signal key, seq of the event it became); `children` begin with this append.
    """

    run_id: str
    fence: int
    seq: int
    entries: list[Entry]
    waiting_for: str | None = None
    turn: Turn | None = None
    spent: Spent | None = None
    drained: Sequence[tuple[str, int]] = ()
    children: Sequence[NewRun] = ()
    parent_id: str | None = None
    payloads: Sequence[str] = ()
    session: tuple[str, str] | None = None  # (org, session) whose turn this run holds


@dataclass(slots=True)
class Submit:
    """A fresh run; with `hot`, leased to this owner from birth if its session lets it."""

    run: NewRun
    hot: "Lease | None" = None


@dataclass(slots=True)
class Post:
    """A signal. With `org_id` None any org's run is meant."""

    run_id: str
    org_id: str | None
    key: str
    name: str
    sender: str | None
    data: str
    payloads: Sequence[str] = ()


Write: TypeAlias = Append | Submit | Post
Written: TypeAlias = Receipt | str | bool | None
"""Of an Append: Receipt, or None if refused; of a Submit: the status, or None if the id is
taken; of a Post: whether it is new and the run alive."""


@dataclass(slots=True)
class Lease:
    owner: str
    seconds: float


@dataclass(slots=True)
class Claim:
    """A run that is now this worker's under `fence`."""

    id: str
    fence: int
    next_seq: int
    mail: int
    cancel: str | None
    org_id: str
    project_id: str
    environment: str
    principal: str
    kind: str
    session_id: str | None
    parent_id: str | None
    parent_key: str | None
    workspace_id: str
    deadline: float | None
    origin: str | None
    crashes: int
    events: list[EventRow] = field(default_factory=list[EventRow])


class Pulse(NamedTuple):
    """News of a run that this worker holds."""

    id: str
    mail: int
    cancel: str | None


class Journal(Protocol):
    """One per process: it owns the process's only writing connection."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def write(self, write: Write) -> "Future[Written]":
        """Queue a write for the next group commit; the future is done when it is durable."""
        ...

    @property
    def is_quiet(self) -> bool:
        """Whether the write that was queued last will be committed alone and at once."""
        ...

    async def cancel(self, run_id: str, org_id: str | None, cancel: str) -> bool:
        """Mark an unended run as to be ended; False if it has ended or is marked."""
        ...

    async def allowances(self) -> dict[str, int]:
        """How many runs at once an org may have, by org; most have no such limit."""
        ...

    async def claim(
        self, lease: Lease, kinds: Sequence[str], limit: int, limited: Sequence[str] = ()
    ) -> list[Claim]:
        """Take up to `limit` runs: expired leases first, then timers, then by priority.

        Runs of other kinds than `kinds` are left to workers that have a driver for them; of the
        orgs `limited` only those with an expired lease are taken.
        """
        ...

    async def claim_allowed(
        self, lease: Lease, kinds: Sequence[str], limit: int, allowance: tuple[str, int]
    ) -> list[Claim]:
        """Take up to `limit` runs of an org, and no more than it may have at once: (org, most)."""
        ...

    async def claim_ending(self, lease: Lease, limit: int) -> list[Claim]:
        """Take runs that must end (cancelled, or past their deadline) and nobody holds."""
        ...

    async def renew(self, lease: Lease, held: Sequence[tuple[str, int]]) -> list[Pulse]:
        """Extend leases of (run, fence); runs that are not in the answer were not extended."""
        ...

    async def pulses(self, owner: str, run_ids: Sequence[str]) -> list[Pulse]:
        """News of `run_ids`, and of any run of `owner` that is marked as to be ended."""
        ...

    async def read(self, run_ids: Sequence[str]) -> list[EventRow]:
        """All events of `run_ids`, each run's in order."""
        ...

    async def mailbox(self, run_id: str) -> list[MailRow]:
        """Signals not yet drained, in order of arrival."""
        ...

    async def advance_sessions(self) -> int:
        """Give the turn to the first of each session that has none; how many got it."""
        ...

    async def next_due(self, limited: Sequence[str] = ()) -> float | None:
        """Seconds until the next timer, if any run has one; those of the orgs `limited` don't count."""
        ...

    def listen(self, on_wake: Callable[[], None]) -> None:
        """Call `on_wake` when another process says that there may be work."""
        ...
