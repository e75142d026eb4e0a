"""Queries of access, for the org of the work."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from cadre.infra.database import Work
from cadre.trust.access.binding import Binding
from cadre.trust.access.grants import read
from cadre.trust.access.roles import OWNER, ROLES
from cadre.trust.access.subject import Subject
from cadre.trust.access.tables import (
    group_members,
    groups,
    role_bindings,
    roles,
    service_accounts,
)

Found = Row[*tuple[Any, ...]]
_MOST_IDS = 1000  # in one statement

# Built once: building a statement takes longer than a lookup.
_BINDINGS = (
    select(role_bindings, roles.c.grants)
    .outerjoin(
        roles,
        and_(roles.c.org_id == role_bindings.c.org_id, roles.c.name == role_bindings.c.role),
    )
    .where(role_bindings.c.org_id == bindparam("org_id"))
    .order_by(role_bindings.c.created_at, role_bindings.c.id)
)
_OF_SUBJECT = _BINDINGS.where(
    or_(
        and_(
            role_bindings.c.subject_kind == bindparam("kind"),
            role_bindings.c.subject_id == bindparam("id"),
        ),
        and_(
            role_bindings.c.subject_kind == "group",
            role_bindings.c.subject_id.in_(
                select(group_members.c.group_id).where(
                    group_members.c.org_id == bindparam("org_id"),
                    group_members.c.member_kind == bindparam("kind"),
                    group_members.c.member_id == bindparam("id"),
                )
            ),
        ),
    )
)
_EVERYWHERE = _BINDINGS.where(
    role_bindings.c.subject_kind == "user",
    role_bindings.c.project_id.is_(None),
    role_bindings.c.environment.is_(None),
    role_bindings.c.resources == "[]",
)
_OF_USERS = _EVERYWHERE.where(role_bindings.c.subject_id.in_(bindparam("ids", expanding=True)))
_OWNERS = _EVERYWHERE.where(role_bindings.c.role == OWNER)
_MEMBERS = (
    select(group_members)
    .where(group_members.c.org_id == bindparam("org_id"))
    .order_by(group_members.c.added_at, group_members.c.member_id)
)
_MEMBERS_OF = _MEMBERS.where(group_members.c.group_id == bindparam("group_id"))
_IS_DISABLED = select(service_accounts.c.disabled_at).where(
    service_accounts.c.org_id == bindparam("org_id"), service_accounts.c.id == bindparam("id")
)


def topic_of(org: str) -> str:
    """What `Database.mark` counts this process's own changes by."""
    return f"access of {org}"


class AccessStore:
    """Roles, groups, bindings and service accounts; whatever changes one touches the topic."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def bindings(self) -> list[Binding]:
        return [_binding(row) for row in await self._all(_BINDINGS, org_id=self._org)]

    async def bindings_of(self, subject: Subject) -> list[Binding]:
        """Those of `subject` itself and of the groups that it is in."""
        values = {"org_id": self._org, "kind": subject.kind, "id": subject.id}
        return [_binding(row) for row in await self._all(_OF_SUBJECT, **values)]

    async def everywhere(self, user_ids: Collection[str]) -> list[Binding]:
        """Those that people have themselves, in the whole org."""
        if not user_ids:
            return []
        rows = await self._all(_OF_USERS, org_id=self._org, ids=list(user_ids))
        return [_binding(row) for row in rows]

    async def owners(self) -> list[Binding]:
        return [_binding(row) for row in await self._all(_OWNERS, org_id=self._org)]

    async def binding(self, binding_id: str) -> Binding | None:
        query = _BINDINGS.where(role_bindings.c.id == bindparam("id"))
        found = await self._all(query, org_id=self._org, id=binding_id)
        return _binding(found[0]) if found else None

    async def lock_owners(self) -> list[Binding]:
        """The bindings that make owners, held until the end of the work."""
        query = _OWNERS.with_for_update(of=role_bindings)
        return [_binding(row) for row in await self._all(query, org_id=self._org)]

    async def add_binding(self, binding: Binding) -> None:
        await self._insert(
            role_bindings,
            id=binding.id,
            subject_kind=binding.subject.kind,
            subject_id=binding.subject.id,
            role=binding.role,
            project_id=binding.project,
            environment=binding.environment,
            resources=orjson.dumps(binding.resources).decode(),
            created_at=binding.created_at,
            created_by=binding.created_by,
        )

    async def delete_binding(self, binding_id: str) -> bool:
        return await self._delete(role_bindings, role_bindings.c.id == binding_id)

    async def delete_bindings_of(self, subject: Subject) -> None:
        await self._delete(
            role_bindings,
            role_bindings.c.subject_kind == subject.kind,
            role_bindings.c.subject_id == subject.id,
        )

    async def is_bound(self, role: str) -> bool:
        query = select(role_bindings.c.id).where(role_bindings.c.role == bindparam("role"))
        return bool(await self._mine(query.limit(1), role_bindings, role=role))

    async def roles(self) -> list[Found]:
        return await self._mine(select(roles).order_by(roles.c.name), roles)

    async def role(self, name: str) -> Found | None:
        query = select(roles).where(roles.c.name == bindparam("name"))
        return _first(await self._mine(query, roles, name=name))

    async def put_role(self, name: str, description: str, grants: str, now: float) -> None:
        values = {"description": description, "grants": grants, "updated_at": now}
        if not await self._update(roles, roles.c.name == name, **values):
            await self._insert(roles, name=name, created_at=now, **values)

    async def delete_role(self, name: str) -> bool:
        return await self._delete(roles, roles.c.name == name)

    async def groups(self) -> list[Found]:
        return await self._mine(select(groups).order_by(groups.c.name), groups)

    async def group(self, group_id: str) -> Found | None:
        query = select(groups).where(groups.c.id == bindparam("id"))
        return _first(await self._mine(query, groups, id=group_id))

    async def group_named(self, name: str) -> Found | None:
        query = select(groups).where(groups.c.name == bindparam("name"))
        return _first(await self._mine(query, groups, name=name))

    async def add_group(self, **row: object) -> None:
        await self._insert(groups, **row)

    async def change_group(self, group_id: str, **values: object) -> bool:
        return await self._update(groups, groups.c.id == group_id, **values)

    async def delete_group(self, group_id: str) -> bool:
        await self._delete(group_members, group_members.c.group_id == group_id)
        await self.delete_bindings_of(Subject("group", group_id))
        return await self._delete(groups, groups.c.id == group_id)

    async def members(self) -> list[Found]:
        return await self._all(_MEMBERS, org_id=self._org)

    async def members_of(self, group_id: str) -> list[Found]:
        return await self._all(_MEMBERS_OF, org_id=self._org, group_id=group_id)

    async def add_people(self, group_id: str, user_ids: Collection[str], now: float) -> None:
        await self.remove_people(group_id, user_ids)
        rows = [
            {
                "org_id": self._org,
                "group_id": group_id,
                "member_kind": "user",
                "member_id": user_id,
                "added_at": now,
            }
            for user_id in user_ids
        ]
        if rows:
            await self._work.connection.execute(insert(group_members), rows)

    async def remove_people(self, group_id: str, user_ids: Collection[str]) -> None:
        for some in _batches(user_ids):
            await self._delete(
                group_members,
                group_members.c.group_id == group_id,
                group_members.c.member_kind == "user",
                group_members.c.member_id.in_(some),
            )

    async def add_member(self, group_id: str, member: Subject, now: float) -> None:
        await self.delete_member(group_id, member)
        await self._insert(
            group_members,
            group_id=group_id,
            member_kind=member.kind,
            member_id=member.id,
            added_at=now,
        )

    async def delete_member(self, group_id: str, member: Subject) -> bool:
        return await self._delete(
            group_members, group_members.c.group_id == group_id, *_is_member(member)
        )

    async def forget(self, subject: Subject) -> None:
        """Its bindings and memberships."""
        await self.delete_bindings_of(subject)
        await self._delete(group_members, *_is_member(subject))

    async def service_accounts(self) -> list[Found]:
        query = select(service_accounts).order_by(service_accounts.c.name)
        return await self._mine(query, service_accounts)

    async def service_account(self, account_id: str) -> Found | None:
        query = select(service_accounts).where(service_accounts.c.id == bindparam("id"))
        return _first(await self._mine(query, service_accounts, id=account_id))

    async def service_account_named(self, name: str) -> Found | None:
        query = select(service_accounts).where(service_accounts.c.name == bindparam("name"))
        return _first(await self._mine(query, service_accounts, name=name))

    async def is_enabled(self, account_id: str) -> bool:
        found = await self._all(_IS_DISABLED, org_id=self._org, id=account_id)
        return bool(found) and found[0].disabled_at is None

    async def add_service_account(self, **row: object) -> None:
        await self._insert(service_accounts, **row)

    async def change_service_account(self, account_id: str, **values: object) -> bool:
        return await self._update(service_accounts, service_accounts.c.id == account_id, **values)

    async def delete_service_account(self, account_id: str) -> bool:
        await self.forget(Subject("service", account_id))
        return await self._delete(service_accounts, service_accounts.c.id == account_id)

    async def _all(self, query: Select[Any], **values: object) -> list[Found]:
        return list((await self._work.connection.execute(query, values)).all())

    async def _mine(self, query: Select[Any], table: Table, **values: object) -> list[Found]:
        own = query.where(table.c.org_id == bindparam("org_id"))
        return await self._all(own, org_id=self._org, **values)

    async def _insert(self, table: Table, **row: object) -> None:
        self._work.touch(topic_of(self._org))
        await self._work.connection.execute(insert(table).values(org_id=self._org, **row))

    async def _update(self, table: Table, which: ColumnElement[bool], **values: object) -> bool:
        self._work.touch(topic_of(self._org))
        statement = update(table).where(table.c.org_id == self._org, which).values(**values)
        return (await self._work.connection.execute(statement)).rowcount > 0

    async def _delete(self, table: Table, *which: ColumnElement[bool]) -> bool:
        self._work.touch(topic_of(self._org))
        statement = delete(table).where(table.c.org_id == self._org, *which)
        return (await self._work.connection.execute(statement)).rowcount > 0


def _is_member(subject: Subject) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return group_members.c.member_kind == subject.kind, group_members.c.member_id == subject.id


def _batches(ids: Collection[str]) -> list[list[str]]:
    every = list(ids)
    return [every[at : at + _MOST_IDS] for at in range(0, len(every), _MOST_IDS)]


def _first(rows: list[Found]) -> Found | None:
    return rows[0] if rows else None


def _binding(row: Found) -> Binding:
    """A role that is not there any more grants nothing."""
    built_in = ROLES.get(row.role)
    own = read(row.grants) if row.grants is not None else frozenset[Any]()
    return Binding(
        id=row.id,
        subject=Subject(row.subject_kind, row.subject_id),
        role=row.role,
        grants=built_in.grants if built_in is not None else own,
        project=row.project_id,
        environment=row.environment,
        resources=tuple(orjson.loads(row.resources)),
        created_at=row.created_at,
        created_by=row.created_by,
    )
