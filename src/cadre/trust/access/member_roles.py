"""The one role that each member has everywhere, which is how most people think of roles.

Bindings to projects and the roles of groups come on top of it.
"""

from collections.abc import Collection

from cadre.infra.database import Work
from cadre.kernel.grants import Grant, Grants
from cadre.trust.access.binding import Binding
from cadre.trust.access.custom_roles import grants_of_role
from cadre.trust.access.giving import Bindings
from cadre.trust.access.permissions import PERMISSIONS
from cadre.trust.access.roles import ROLES
from cadre.trust.access.service import Access
from cadre.trust.access.store import AccessStore
from cadre.trust.access.subject import SYSTEM, Subject


class MemberRoles:
    """Roles as accounts need them, which asks for itself who may change them."""

    def __init__(self, access: Access, bindings: Bindings) -> None:
        self._access = access
        self._bindings = bindings

    async def grants_for(self, work: Work, user_id: str) -> Grants:
        """What `user_id` may do in the scope of `work`."""
        return await self._access.grants_for(work, Subject("user", user_id))

    async def grants_of(self, work: Work, role: str) -> frozenset[Grant]:
        """What `role` gives, or raise `RoleNotFound`."""
        return await grants_of_role(work, role)

    async def held(self, work: Work, user_ids: Collection[str]) -> dict[str, str]:
        """The role that each has in the whole org; of several the one that lets them do most.

        Who has none is left out.
        """
        found: dict[str, Binding] = {}
        for binding in await AccessStore(work).everywhere(user_ids):
            other = found.get(binding.subject.id)
            if other is None or _reach(binding) > _reach(other):
                found[binding.subject.id] = binding
        return {user_id: binding.role for user_id, binding in found.items()}

    async def assign(self, work: Work, user_id: str, role: str) -> None:
        """Make `role` the one role that `user_id` has in the whole org; the last owner stays one."""
        everywhere = await AccessStore(work).everywhere([user_id])
        if role not in {each.role for each in everywhere}:
            await self._bindings.give_user(work, user_id, role)
        for binding in everywhere:
            if binding.role != role:
                await self._bindings.take(work, SYSTEM, binding.id)

    async def keep_an_owner(self, work: Work, user_id: str) -> None:
        """Raise `LastOwner` if nobody but `user_id` is an owner who can sign in."""
        await self._bindings.require_owner_without(work, user_id)

    async def forget(self, work: Work, user_id: str) -> None:
        """Take everything from somebody who is no member any more."""
        await self._bindings.forget_user(work, user_id)


def _reach(binding: Binding) -> tuple[int, bool]:
    """How much a binding lets somebody do."""
    allowed = Grants(binding.grants)
    return sum(map(allowed.allows_some, PERMISSIONS)), binding.role in ROLES
