"""Users of a directory: the people of the org, and what the directory says of them.

Everybody of the org is shown, so that a directory finds those who were there before it. What it deletes
is suspended and hidden from it: what was theirs stays, and if it adds them again they have it again.
"""

import time
from collections.abc import Mapping
from typing import Any, cast

import orjson
from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Work
from cadre.kernel.grants import EVERYTHING, Grants
from cadre.trust.accounts import Enrolled, Enrolment
from cadre.trust.federation.claims import address
from cadre.trust.federation.scim.errors import NotUnique, ResourceNotFound, ScimInvalid
from cadre.trust.federation.scim.filters import ENTERPRISE
from cadre.trust.federation.scim.resources import (
    USER,
    Body,
    finished,
    flag_of,
    member,
    objects_of,
    text_of,
)
from cadre.trust.federation.store import DirectoryStore, Found

_ROLE = "user"
_MOST_BYTES = 65_536
# What is kept as it was said. Passwords never are.
_KEPT = (
    "name",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "emails",
    "phoneNumbers",
    ENTERPRISE,
)


class DirectoryUsers:
    """Users as a directory reads and writes them. `by` is what the directory's key may do."""

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment

    async def all(self, work: Work, base: str) -> list[Body]:
        """Everybody but those who were deleted."""
        rows = await DirectoryStore(work).users()
        return [
            _shown(person, rows.get(person.id), base)
            for person in await self._enrolment.everybody(work)
            if not _is_deleted(rows.get(person.id))
        ]

    async def get(self, work: Work, user_id: str, base: str) -> Body:
        person, row = await self._find(work, user_id)
        return _shown(person, row, base)

    async def create(self, work: Work, by: Grants, wanted: Body, base: str) -> Body:
        """A new person, or one who was deleted and has come back."""
        said = _Said(wanted)
        row = await DirectoryStore(work).named(said.user_name)
        person = None if row is None else await self._enrolment.find(work, row.user_id)
        if row is not None and person is None:
            await DirectoryStore(work).forget_user(row.user_id)
        person = person or await self._enrolment.by_email(work, said.email)
        if person is None:
            person = await self._enrolment.add(work, said.email, said.name, _ROLE)
        elif not _is_deleted(await DirectoryStore(work).user(person.id)):
            raise NotUnique("There is such a user already.", field="userName")
        else:
            await DirectoryStore(work).put_user(person.id, time.time(), deleted_at=None)
        return await self._write(work, by, person, said, base, is_active=said.active is not False)

    async def replace(self, work: Work, by: Grants, user_id: str, wanted: Body, base: str) -> Body:
        """In place of all that was said; whether they may come in stays if it is not said."""
        person, _ = await self._find(work, user_id)
        said = _Said(wanted)
        return await self._write(work, by, person, said, base, is_active=said.active)

    async def delete(self, work: Work, user_id: str) -> None:
        """Nobody for the directory any more, and out at once."""
        person, row = await self._find(work, user_id)
        await self._enrolment.set_active(work, EVERYTHING, person.id, False)
        now = time.time()
        if row is not None:
            await DirectoryStore(work).put_user(person.id, now, deleted_at=now)
            return
        name = person.email or person.id
        await DirectoryStore(work).put_user(
            person.id,
            now,
            user_name=name,
            folded_name=name.casefold(),
            external_id=None,
            attributes="{}",
            deleted_at=now,
        )

    async def _find(self, work: Work, user_id: str) -> tuple[Enrolled, Found | None]:
        person = await self._enrolment.find(work, user_id)
        row = None if person is None else await DirectoryStore(work).user(user_id)
        if person is None or _is_deleted(row):
            raise ResourceNotFound(f"There is no user `{user_id[:100]}`.")
        return person, row

    async def _write(
        self,
        work: Work,
        by: Grants,
        person: Enrolled,
        said: "_Said",
        base: str,
        *,
        is_active: bool | None,
    ) -> Body:
        store = DirectoryStore(work)
        other = await store.named(said.user_name)
        if other is not None and other.user_id != person.id:
            raise NotUnique("Another user has this name.", field="userName")
        if (person.name, person.email) != (said.name, said.email):
            await self._enrolment.change(work, by, person.id, name=said.name, email=said.email)
        if is_active is not None:
            await self._enrolment.set_active(work, EVERYTHING, person.id, is_active)
        try:
            await store.put_user(
                person.id,
                time.time(),
                user_name=said.user_name,
                folded_name=said.user_name.casefold(),
                external_id=said.external_id,
                attributes=said.attributes,
            )
        except IntegrityError as error:
            raise NotUnique("Another user has this name.", field="userName") from error
        return await self.get(work, person.id, base)


class _Said:
    """What a directory says of one person, checked."""

    def __init__(self, body: Body) -> None:
        user_name = text_of(body, "userName", most=320)
        if user_name is None:
            raise ScimInvalid("`userName` is missing.", field="userName")
        self.user_name = user_name.strip()
        self.external_id = text_of(body, "externalId")
        self.active = flag_of(body, "active")
        self.email = _email(body, self.user_name)
        self.name = _name(body, self.user_name)
        kept = {name: value for name in _KEPT if (value := member(body, name)) is not None}
        if not isinstance(kept.get("name", {}), dict):
            raise ScimInvalid("`name` is an object.", field="name")
        self.attributes = orjson.dumps(kept).decode()
        if len(self.attributes) > _MOST_BYTES:
            raise ScimInvalid(f"A user has at most {_MOST_BYTES} bytes.")


def _email(body: Body, user_name: str) -> str:
    emails = objects_of(body, "emails", most=50)
    first = [each for each in emails if flag_of(each, "primary")] or emails
    said = member(first[0], "value") if first else user_name
    email = address(said)
    if email is None:
        raise ScimInvalid(
            "Send an e-mail address as the primary one of `emails`, or as `userName`.",
            field="emails" if first else "userName",
        )
    return email


def _name(body: Body, user_name: str) -> str:
    found = member(body, "name")
    name = cast("Body", found) if isinstance(found, dict) else {}
    both = [text_of(name, "givenName"), text_of(name, "familyName")]
    said = (
        text_of(body, "displayName")
        or text_of(name, "formatted")
        or " ".join(each for each in both if each)
        or user_name.partition("@")[0]
    )
    return said.strip()[:100] or user_name[:100]


def _is_deleted(row: Found | None) -> bool:
    return row is not None and row.deleted_at is not None


def _shown(person: Enrolled, row: Found | None, base: str) -> Body:
    kept: Mapping[str, Any] = {} if row is None else orjson.loads(row.attributes)
    shown: Body = {
        "schemas": [USER, ENTERPRISE] if ENTERPRISE in kept else [USER],
        "id": person.id,
        "userName": (person.email or person.id) if row is None else row.user_name,
        **kept,
        "displayName": person.name,
        "active": person.status != "suspended",
        "emails": _emails(person.email, objects_of(dict(kept), "emails")),
    }
    if row is not None and row.external_id is not None:
        shown["externalId"] = row.external_id
    if "name" not in kept:
        shown["name"] = {"formatted": person.name}
    changed_at = person.created_at if row is None else row.updated_at
    return finished(shown, "User", base, created_at=person.created_at, changed_at=changed_at)


def _emails(email: str | None, kept: list[Body]) -> list[Body]:
    """As they were said, but for the address that counts here if the person has changed it."""
    if email is None or any(str(each.get("value")).casefold() == email for each in kept):
        return kept
    return [{"value": email, "type": "work", "primary": True}]
