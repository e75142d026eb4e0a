"""Privacy: what is kept of one person, to be handed to them or to be erased."""

import json
import time
from typing import Any

from cadre.infra.database import Work
from cadre.kernel.errors import Denied
from cadre.kernel.grants import Grants
from cadre.kernel.ids import new_id
from cadre.kernel.paging import Page
from cadre.trust.privacy.errors import (
    DataJobNotFound,
    ErasureUnconfirmed,
    PersonBusy,
)
from cadre.trust.privacy.holds import require_no_hold
from cadre.trust.privacy.ports import People, Person
from cadre.trust.privacy.schemas import DataJob, JobKind
from cadre.trust.privacy.store import JobStore


class Privacy:
    """Begins exports and erasures; `PrivacyJobs` does them."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def begin_export(self, work: Work, user_id: str) -> DataJob:
        """Have the archive of a person written."""
        person = await self._people.find(work, user_id)
        return await self._begin(work, "export", person, own=False)

    async def begin_own_export(self, work: Work) -> DataJob:
        """Have one's own archive written."""
        person = await self._people.find(work, own_id(work))
        return await self._begin(work, "export", person, own=True)

    async def begin_erasure(self, work: Work, by: Grants, user_id: str, confirm: str) -> DataJob:
        """Have a person erased. Their account is shut at once, and there is no way back."""
        await require_no_hold(work)
        person = await self._people.find(work, user_id)
        said = confirm.strip().casefold()
        if said not in {person.id, (person.email or person.id).casefold()}:
            raise ErasureUnconfirmed(
                f"Repeat the e-mail address of the person, or `{person.id}`: there is no way back.",
                field="confirm",
            )
        job = await self._begin(work, "erase", person, own=False)
        await self._people.close(work, by, person)
        return job

    async def retry(self, work: Work, job: str) -> DataJob:
        """Go on with an erasure that failed."""
        row = await JobStore(work).one(job)
        if row is None or row.state != "failed" or row.kind != "erase":
            raise DataJobNotFound("There is no erasure of this id that failed.")
        await require_no_hold(work)
        values = {"state": "waiting", "error": None, "attempts": 0, "lease_until": 0.0}
        await JobStore(work).change(job, **values, updated_at=time.time())
        return await self.job(work, job)

    async def page(
        self, work: Work, cursor: str | None, limit: int, *, own: bool = False
    ) -> Page[DataJob]:
        """The newest first; with `own` those that one asked for about oneself."""
        who = own_id(work) if own else None
        rows = await JobStore(work).page(before=cursor, limit=limit + 1, own_of=who)
        following = rows[limit - 1].id if len(rows) > limit else None
        return Page(items=[DataJob.of(row) for row in rows[:limit]], next=following)

    async def job(self, work: Work, job: str, *, own: bool = False) -> DataJob:
        row = await JobStore(work).one(job)
        if row is None or (own and not (row.own and row.person == own_id(work))):
            raise DataJobNotFound("There is no such work. See `GET /api/v1/data/jobs`.")
        return DataJob.of(row)

    async def _begin(self, work: Work, kind: JobKind, person: Person, *, own: bool) -> DataJob:
        store, now = JobStore(work), time.time()
        if await store.is_busy(person.id):
            raise PersonBusy("Their data is being worked on: wait until that is done.")
        row: dict[str, Any] = {
            "id": new_id("job"),
            "kind": kind,
            "person": person.id,
            "own": own,
            "state": "waiting",
            "step": "",
            "done": 0,
            "total": 0,
            "attempts": 0,
            "error": None,
            "details": json.dumps({"email": person.email}),
            "result": "[]",
            "lease_until": 0.0,
            "created_at": now,
            "updated_at": now,
            "expires_at": None,
            "created_by": work.scope.principal.id,
        }
        await store.add(**row)
        return await self.job(work, row["id"])


def own_id(work: Work) -> str:
    """Whose request it is. A key acts for people, but it is none."""
    principal = work.scope.principal
    if principal.kind != "user":
        raise Denied("This needs a person: sign in, a key can't do it.")
    return principal.id


def to_details(person: Person) -> str:
    """What has to be known of a person while they are worked on, and their account may be gone."""
    return json.dumps(
        {"email": person.email, "names": sorted(person.names), "keys": sorted(person.keys)}
    )


def from_details(person: str, details: str) -> tuple[Person, bool]:
    """The person, and whether that is all that can be known of them."""
    said: dict[str, Any] = json.loads(details)
    names, keys = said.get("names", []), said.get("keys", [])
    return Person(person, said.get("email"), frozenset(names), frozenset(keys)), "names" in said
