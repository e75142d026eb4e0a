"""Roles that an org made itself, beside those that it always has."""

import time

from cadre.infra.database import Work
from cadre.kernel.grants import Grant
from cadre.trust.access.errors import RoleInUse, RoleNotFound, RoleTaken
from cadre.trust.access.grants import check_grant, read, written
from cadre.trust.access.roles import ROLES
from cadre.trust.access.schemas import GrantText, Role, RoleInput
from cadre.trust.access.service import Access
from cadre.trust.access.store import AccessStore, Found
from cadre.trust.access.subject import Actor


class Roles:
    """The roles of an org."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def all(self, work: Work) -> list[Role]:
        """Those that ship with cadre first."""
        shipped = [
            _role(role.name, role.description, role.grants, built_in=True)
            for role in ROLES.values()
        ]
        return shipped + [_own(row) for row in await AccessStore(work).roles()]

    async def get(self, work: Work, name: str) -> Role:
        shipped = ROLES.get(name)
        if shipped is not None:
            return _role(name, shipped.description, shipped.grants, built_in=True)
        return _own(await _found(work, name))

    async def put(self, work: Work, actor: Actor, name: str, wanted: RoleInput) -> Role:
        """Make or change a role; whoever does must have all that it gives, before and after."""
        if name in ROLES:
            raise RoleTaken(
                f"`{name}` ships with cadre and can't be changed. Take another name.", field="name"
            )
        grants = frozenset(each.grant() for each in wanted.grants)
        for number, grant in enumerate(each.grant() for each in wanted.grants):
            check_grant(grant, f"grants.{number}")
        store = AccessStore(work)
        before = await store.role(name)
        changed = grants if before is None else grants | read(before.grants)
        await self._access.require(work, actor, changed, None, None)
        await store.put_role(name, wanted.description, written(grants), time.time())
        return _own(await _found(work, name))

    async def delete(self, work: Work, actor: Actor, name: str) -> None:
        """Forget a role that nobody has."""
        if name in ROLES:
            raise RoleTaken(f"`{name}` ships with cadre and can't be deleted.")
        row, store = await _found(work, name), AccessStore(work)
        await self._access.require(work, actor, read(row.grants), None, None)
        if await store.is_bound(name):
            raise RoleInUse(f"Somebody has the role `{name}`: delete its bindings first.")
        await store.delete_role(name)


async def _found(work: Work, name: str) -> Found:
    row = await AccessStore(work).role(name)
    if row is None:
        raise RoleNotFound(
            f"There is no role `{name[:100]}`. GET /api/v1/roles lists them.", field="role"
        )
    return row


async def grants_of_role(work: Work, name: str) -> frozenset[Grant]:
    """What the role gives, or raise `RoleNotFound`."""
    shipped = ROLES.get(name)
    return shipped.grants if shipped is not None else read((await _found(work, name)).grants)


def _own(row: Found) -> Role:
    return _role(row.name, row.description, read(row.grants), built_in=False)


def _role(name: str, description: str, grants: frozenset[Grant], *, built_in: bool) -> Role:
    texts = [GrantText.of(grant) for grant in sorted(grants)]
    return Role(name=name, description=description, grants=texts, built_in=built_in)
