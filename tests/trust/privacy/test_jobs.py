"""Exports and erasures through faults: a process that dies, a disk that is full, a hold."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from cadre.infra.database import Database, Work
from cadre.kernel.grants import EVERYTHING, Grants
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import Scope
from cadre.trust.consent.personal import PERSONAL as CONSENTS
from cadre.trust.consent.tables import consents
from cadre.trust.privacy import (
    Archives,
    Attachment,
    Claim,
    Erased,
    Holds,
    Person,
    Personal,
    Privacy,
    PrivacyJobs,
    Record,
    Retention,
)
from cadre.trust.privacy.store import HoldStore, JobStore
from cadre.trust.privacy.tables import data_jobs

BLOB = "sha256:" + "a" * 64


class Known:
    """People who are known by an address that follows from their id."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    async def find(self, work: Work, user_id: str) -> Person:
        return Person(user_id, f"{user_id}@acme.example")

    async def known(self, work: Work, person: Person) -> Person:
        return replace(person, names=frozenset({person.id.title()}))

    async def close(self, work: Work, by: Grants, person: Person) -> None:
        self.closed.append(person.id)


@dataclass
class Kept:
    """What was left over."""

    removed: list[str] = field(default_factory=list[str])

    async def remove(self, blobs: frozenset[str]) -> int:
        self.removed += sorted(blobs)
        return len(blobs)


@dataclass
class Room:
    """A room that leads to content, and breaks as often as it is told to."""

    room: str = "breaking"
    claims: frozenset[Claim] = frozenset()
    stays: str = ""
    breaks: int = 0
    rounds: int = 0
    leads_to: frozenset[str] = frozenset()

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        self._act()
        yield Record("planted", {"who": person.id})

    async def erase(self, work: Work, person: Person) -> Erased:
        self._act()
        blobs, self.leads_to = self.leads_to, frozenset()
        return Erased(1, blobs=blobs)

    def _act(self) -> None:
        self.rounds += 1
        if self.rounds <= self.breaks:
            raise OSError("the disk is full")


class Nobody:
    async def orgs(self) -> list[OrgId]:
        return []


@dataclass
class House:
    database: Database
    scope: Scope
    folder: Path
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.privacy = Privacy(Known())

    def jobs(self, *personal: Personal) -> PrivacyJobs:
        """Those of one process."""
        retention = Retention(self.database, Holds(), [])
        return PrivacyJobs(
            self.database,
            retention,
            people=Known(),
            personal=personal,
            leftovers=self.kept,
            serving=Nobody(),
            archives=Archives(self.folder),
        )

    async def begin(self, kind: str, person: str = "ann") -> str:
        async with self.database.begin(self.scope) as work:
            if kind == "export":
                return (await self.privacy.begin_export(work, person)).id
            return (await self.privacy.begin_erasure(work, EVERYTHING, person, person)).id

    async def state(self, job: str) -> tuple[str, str | None, str]:
        async with self.database.read(self.scope) as work:
            row = await JobStore(work).one(job)
        assert row is not None
        return row.state, row.error, row.details

    async def due(self) -> None:
        """Let the time of everything that waits have come."""
        async with self.database.begin(self.scope) as work:
            await work.connection.execute(data_jobs.update().values(lease_until=0.0))

    async def consent(self, person: str, scope: Scope | None = None) -> None:
        row = {
            **{c.name: "x" for c in consents.columns},
            "id": f"cst_{person}",
            "user_id": person,
            "decided_by": person.title(),
            "requested_at": 1.0,
            "decided_at": 1.0,
            "used_at": None,
            "expires_at": None,
        }
        at = scope or self.scope
        async with self.database.begin(at) as work:
            await work.connection.execute(insert(consents).values({**row, "org_id": at.org}))

    async def consents_of(self, scope: Scope) -> list[str]:
        async with self.database.read(scope) as work:
            query = select(consents.c.user_id).order_by(consents.c.user_id)
            return list((await work.connection.execute(query)).scalars())


@pytest.fixture
def house(database: Database, scope: Scope, tmp_path: Path) -> House:
    return House(database, scope, tmp_path / "exports")


async def test_only_what_is_the_persons_in_their_org_goes(house: House, other_scope: Scope):
    await house.consent("ann")
    await house.consent("bea")
    await house.consent("ann", other_scope)
    job = await house.begin("erase")

    assert await house.jobs(CONSENTS).do_one() is True

    assert (await house.state(job))[0] == "done"
    assert await house.consents_of(house.scope) == ["bea"]
    assert await house.consents_of(other_scope) == ["ann"]


async def test_another_org_has_none_of_the_work(house: House, other_scope: Scope):
    job = await house.begin("export")

    async with house.database.read(other_scope) as work:
        assert await JobStore(work).one(job) is None
        assert await JobStore(work).page(before=None, limit=10) == []


async def test_what_broke_is_tried_again_and_goes_on_where_it_stopped(house: House):
    await house.consent("ann")
    first = Room(room="first", leads_to=frozenset({BLOB}))
    jobs = house.jobs(CONSENTS, first, Room(breaks=2))
    job = await house.begin("erase")

    for _ in range(3):
        await house.due()
        assert await jobs.do_one() is True

    assert await house.state(job) == ("done", None, "{}")
    assert house.kept.removed == [BLOB]  # although only the first round has led to it
    assert await house.consents_of(house.scope) == []
    assert list(house.folder.glob("*.ledger")) == []


async def test_what_breaks_all_the_time_fails_and_can_be_gone_on_with(house: House):
    room = Room(breaks=5)
    jobs, job = house.jobs(room), await house.begin("erase")
    for _ in range(5):
        await house.due()
        assert await jobs.do_one() is True
    assert await jobs.do_one() is False
    state, error, details = await house.state(job)
    assert (state, "ann@acme.example" in details) == ("failed", True)
    assert "server's log" in (error or "")

    async with house.database.begin(house.scope) as work:
        assert (await house.privacy.retry(work, job)).state == "waiting"
    assert await jobs.do_one() is True

    assert await house.state(job) == ("done", None, "{}")


async def test_what_a_dead_process_left_is_taken_up_when_its_lease_is_over(house: House):
    job = await house.begin("export")
    async with house.database.begin(house.scope) as work:
        later = time.time() + 60
        await JobStore(work).change(job, state="running", lease_until=later)
    jobs = house.jobs(Room())
    assert await jobs.do_one() is False

    await house.due()

    assert await jobs.do_one() is True
    assert (await house.state(job))[0] == "done"


async def test_of_several_processes_one_does_it(house: House):
    rooms = [Room() for _ in range(4)]
    await house.begin("export")

    done = await asyncio.gather(*[house.jobs(room).do_one() for room in rooms])

    assert sum(done) == sum(room.rounds for room in rooms) == 1


async def test_a_hold_stops_an_erasure_that_was_begun(house: House):
    await house.consent("ann")
    job = await house.begin("erase")
    async with house.database.begin(house.scope) as work:
        await HoldStore(work).put("Evidence.", time.time())

    assert await house.jobs(CONSENTS).do_one() is True

    state, error, _ = await house.state(job)
    assert (state, "Evidence." in (error or "")) == ("failed", True)
    assert await house.consents_of(house.scope) == ["ann"]


async def test_an_export_that_failed_leaves_nothing_behind(house: House):
    jobs, job = house.jobs(Room(breaks=9)), await house.begin("export")
    for _ in range(5):
        await house.due()
        await jobs.do_one()

    assert (await house.state(job))[::2] == ("failed", "{}")
    assert list(house.folder.iterdir()) == []


async def test_archives_do_not_lie_around(house: House):
    jobs, job = house.jobs(Room()), await house.begin("export")
    await jobs.do_one()
    archives = Archives(house.folder)
    assert archives.of(job).stat().st_mode & 0o077 == 0

    archives.tidy(time.time())
    assert archives.of(job).exists()
    archives.tidy(time.time() + 4 * 86_400)

    assert not archives.of(job).exists()


async def test_whoever_is_worked_on_is_not_begun_on_again(house: House):
    from cadre.trust.privacy.errors import PersonBusy

    await house.begin("export")

    with pytest.raises(PersonBusy):
        await house.begin("erase")
