"""Groups of a directory: the groups of the org, with the people in them.

Whoever puts somebody into a group gives what the group gives, so the directory's key must have it.
"""

import time
from collections.abc import Mapping

from cadre.infra.database import Work
from cadre.kernel.errors import CadreError, NotFound
from cadre.trust.access import Actor, Group, GroupInput, Groups
from cadre.trust.accounts import Enrolment
from cadre.trust.federation.scim.errors import ResourceNotFound, ScimInvalid
from cadre.trust.federation.scim.resources import GROUP, Body, finished, objects_of, text_of
from cadre.trust.federation.store import DirectoryStore, Found


class DirectoryGroups:
    """Groups as a directory reads and writes them."""

    def __init__(self, enrolment: Enrolment, groups: Groups) -> None:
        self._enrolment = enrolment
        self._groups = groups

    async def all(self, work: Work, base: str) -> list[Body]:
        rows = await DirectoryStore(work).groups()
        found = await self._groups.all(work)
        names = await self._names(work, *found)
        return [_shown(group, rows.get(group.id), names, base) for group in found]

    async def get(self, work: Work, group_id: str, base: str) -> Body:
        row, group = await DirectoryStore(work).group(group_id), await self._find(work, group_id)
        return _shown(group, row, await self._names(work, group), base)

    async def create(self, work: Work, actor: Actor, wanted: Body, base: str) -> Body:
        """A group, which gives nothing until a role is given to it."""
        made = await self._groups.create(work, GroupInput(name=_name(wanted)))
        return await self._write(work, actor, made, wanted, base)

    async def replace(
        self, work: Work, actor: Actor, group_id: str, wanted: Body, base: str
    ) -> Body:
        """Its name and its people; service accounts in it are not the directory's business."""
        group, name = await self._find(work, group_id), _name(wanted)
        if name != group.name:
            renamed = GroupInput(name=name, description=group.description)
            group = await self._groups.change(work, group_id, renamed)
        return await self._write(work, actor, group, wanted, base)

    async def delete(self, work: Work, actor: Actor, group_id: str) -> None:
        """The group with what it gave; the people stay."""
        await self._find(work, group_id)
        await self._groups.delete(work, actor, group_id)
        await DirectoryStore(work).forget_group(group_id)

    async def _write(self, work: Work, actor: Actor, group: Group, wanted: Body, base: str) -> Body:
        before = dict.fromkeys(_people_in(group))
        after = await self._wanted_in(work, wanted, before)
        joining = [user_id for user_id in after if user_id not in before]
        leaving = [user_id for user_id in before if user_id not in after]
        if joining or leaving:
            await self._groups.change_people(
                work, actor, group.id, joining=joining, leaving=leaving
            )
        external_id = text_of(wanted, "externalId")
        await DirectoryStore(work).put_group(group.id, external_id, time.time())
        return await self.get(work, group.id, base)

    async def _wanted_in(
        self, work: Work, wanted: Body, before: Mapping[str, None]
    ) -> dict[str, None]:
        """Who shall be in the group, in the order in which it was said."""
        found: dict[str, None] = {}
        said = [text_of(each, "value") for each in objects_of(wanted, "members")]
        names = await self._enrolment.names(work, {each for each in said if each is not None})
        for user_id in said:
            # Somebody whom the directory has deleted may still be in a group: that is no reason to refuse it.
            if user_id is None or (user_id not in names and user_id not in before):
                raise ScimInvalid(
                    "`members` holds the `value` of users there are.", field="members"
                )
            found[user_id] = None
        return found

    async def _find(self, work: Work, group_id: str) -> Group:
        try:
            return await self._groups.get(work, group_id)
        except NotFound as error:
            raise _not_found(group_id) from error

    async def _names(self, work: Work, *groups: Group) -> dict[str, str]:
        people = {user_id for group in groups for user_id in _people_in(group)}
        return await self._enrolment.names(work, people)


def _name(body: Body) -> str:
    name = text_of(body, "displayName", most=100)
    if name is None or not name.strip():
        raise ScimInvalid("`displayName` is missing.", field="displayName")
    return name.strip()


def _people_in(group: Group) -> list[str]:
    return [member.id for member in group.members if member.kind == "user"]


def _not_found(group_id: str) -> CadreError:
    return ResourceNotFound(f"There is no group `{group_id[:100]}`.")


def _shown(group: Group, row: Found | None, names: dict[str, str], base: str) -> Body:
    shown: Body = {
        "schemas": [GROUP],
        "id": group.id,
        "displayName": group.name,
        "members": [
            {
                "value": user_id,
                "display": names.get(user_id, ""),
                "type": "User",
                "$ref": f"{base}/Users/{user_id}",
            }
            for user_id in _people_in(group)
        ],
    }
    if row is not None and row.external_id is not None:
        shown["externalId"] = row.external_id
    changed_at = group.created_at if row is None else row.updated_at
    return finished(shown, "Group", base, created_at=group.created_at, changed_at=changed_at)
