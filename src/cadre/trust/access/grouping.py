"""Groups: people and service accounts who have the same roles."""

import time
from collections import defaultdict
from collections.abc import Collection

from cadre.infra.database import Work
from cadre.kernel.ids import new_id
from cadre.trust.access.errors import GroupNotFound, NameTaken
from cadre.trust.access.giving import Bindings
from cadre.trust.access.schemas import Group, GroupInput, Member
from cadre.trust.access.service import Access
from cadre.trust.access.store import AccessStore, Found
from cadre.trust.access.subject import Actor, Subject


class Groups:
    """The groups of an org. To be put into one is to be given its roles."""

    def __init__(self, access: Access, bindings: Bindings) -> None:
        self._access = access
        self._bindings = bindings

    async def all(self, work: Work) -> list[Group]:
        store = AccessStore(work)
        members: dict[str, list[Member]] = defaultdict(list)
        for row in await store.members():
            members[row.group_id].append(Member(kind=row.member_kind, id=row.member_id))
        return [_group(row, members[row.id]) for row in await store.groups()]

    async def get(self, work: Work, group_id: str) -> Group:
        row = await _there(work, group_id)
        members = await AccessStore(work).members_of(group_id)
        return _group(row, [Member(kind=each.member_kind, id=each.member_id) for each in members])

    async def create(self, work: Work, wanted: GroupInput) -> Group:
        """An empty group, which has no roles yet."""
        group = Group(id=new_id("grp"), created_at=time.time(), members=[], **wanted.model_dump())
        await _require_free(work, wanted.name, group.id)
        await AccessStore(work).add_group(**group.model_dump(exclude={"members"}))
        return group

    async def change(self, work: Work, group_id: str, wanted: GroupInput) -> Group:
        await _require_free(work, wanted.name, group_id)
        if not await AccessStore(work).change_group(group_id, **wanted.model_dump()):
            raise _not_found()
        return await self.get(work, group_id)

    async def delete(self, work: Work, actor: Actor, group_id: str) -> None:
        """Forget the group with its bindings."""
        await _there(work, group_id)
        await self._access.require_over(work, actor, Subject("group", group_id))
        await AccessStore(work).delete_group(group_id)

    async def add(self, work: Work, actor: Actor, group_id: str, member: Member) -> Group:
        """Put somebody into a group; `actor` must have all that it gives."""
        await _there(work, group_id)
        subject = Subject(member.kind, member.id)
        await self._bindings.require_subject(work, subject)
        await self._access.require_over(work, actor, Subject("group", group_id))
        await AccessStore(work).add_member(group_id, subject, time.time())
        return await self.get(work, group_id)

    async def change_people(
        self,
        work: Work,
        actor: Actor,
        group_id: str,
        *,
        joining: Collection[str],
        leaving: Collection[str],
    ) -> None:
        """Put people into a group and take others out of it, however many, at once."""
        await _there(work, group_id)
        await self._bindings.require_people(work, joining)
        await self._access.require_over(work, actor, Subject("group", group_id))
        await AccessStore(work).add_people(group_id, joining, time.time())
        await AccessStore(work).remove_people(group_id, leaving)

    async def remove(self, work: Work, actor: Actor, group_id: str, member: Member) -> None:
        await _there(work, group_id)
        await self._access.require_over(work, actor, Subject("group", group_id))
        await AccessStore(work).delete_member(group_id, Subject(member.kind, member.id))


async def _there(work: Work, group_id: str) -> Found:
    row = await AccessStore(work).group(group_id)
    if row is None:
        raise _not_found()
    return row


async def _require_free(work: Work, name: str, group_id: str) -> None:
    other = await AccessStore(work).group_named(name)
    if other is not None and other.id != group_id:
        raise NameTaken(f"There is a group `{name}` already.", field="name")


def _not_found() -> GroupNotFound:
    return GroupNotFound("There is no such group. GET /api/v1/groups lists those there are.")


def _group(row: Found, members: list[Member]) -> Group:
    return Group(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        members=members,
    )
