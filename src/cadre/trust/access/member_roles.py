"""The one role that each member has everywhere, which is how most people think of roles.

Bindings to projects and the roles of groups come on top of it.
"""

from cadre.infra.database import Work
from cadre.kernel.grants import Grant, Grants
from cadre.trust.access.custom_roles import grants_of_role
from cadre.trust.access.giving import Bindings
from cadre.trust.access.service import Access
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

    async def assign(self, work: Work, user_id: str, role: str) -> None:
        """Make `role` the one role that `user_id` has in the whole org; the last owner stays one."""
        before = await self._bindings.all(work, Subject("user", user_id))
        everywhere = [
            each
            for each in before
            if each.subject.kind == "user"
            and (each.project, each.environment, each.resources) == (None, None, [])
        ]
        if role not in {each.role for each in everywhere}:
            await self._bindings.give_user(work, user_id, role)
        for binding in everywhere:
            if binding.role != role:
                await self._bindings.take(work, SYSTEM, binding.id)

    async def forget(self, work: Work, user_id: str) -> None:
        """Take everything from somebody who is no member any more."""
        await self._bindings.forget_user(work, user_id)
