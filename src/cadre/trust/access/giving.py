"""Giving roles, and taking them away. An org always keeps an owner."""

import time
from collections.abc import Collection

from cadre.infra.database import Work
from cadre.kernel.ids import new_id
from cadre.trust.access import schemas
from cadre.trust.access.binding import Binding
from cadre.trust.access.custom_roles import grants_of_role
from cadre.trust.access.errors import BindingNotFound, LastOwner, SubjectNotFound
from cadre.trust.access.grants import check_resource
from cadre.trust.access.ports import People
from cadre.trust.access.roles import OWNER, ROLES
from cadre.trust.access.schemas import BindingInput, SubjectText
from cadre.trust.access.service import Access
from cadre.trust.access.store import AccessStore
from cadre.trust.access.subject import SYSTEM, Actor, Subject


async def join(work: Work, user_id: str, role: str, by: str = SYSTEM.name) -> None:
    """Give a role that ships with cadre to somebody who is just being added to the work's org."""
    await AccessStore(work).add_binding(
        Binding(
            id=new_id("bnd"),
            subject=Subject("user", user_id),
            role=role,
            grants=ROLES[role].grants,
            project=None,
            environment=None,
            resources=(),
            created_at=time.time(),
            created_by=by,
        )
    )


async def owners(work: Work) -> list[str]:
    """Who owns the work's org, whether or not they can sign in."""
    return [each.subject.id for each in await AccessStore(work).owners()]


class Bindings:
    """Who has which role."""

    def __init__(self, access: Access, people: People) -> None:
        self._access = access
        self._people = people

    async def all(self, work: Work, subject: Subject | None = None) -> list[schemas.Binding]:
        """The oldest first; those of one subject and its groups if it is given."""
        store = AccessStore(work)
        found = await (store.bindings() if subject is None else store.bindings_of(subject))
        return [_shown(binding) for binding in found]

    async def give(self, work: Work, actor: Actor, wanted: BindingInput) -> schemas.Binding:
        """Give a role. `actor` must have all that it gives, where it is to count."""
        for number, resource in enumerate(wanted.resources):
            check_resource(resource, f"resources.{number}")
        subject = Subject(wanted.subject.kind, wanted.subject.id)
        await self.require_subject(work, subject)
        binding = Binding(
            id=new_id("bnd"),
            subject=subject,
            role=wanted.role,
            grants=await grants_of_role(work, wanted.role),
            project=wanted.project,
            environment=wanted.environment,
            resources=tuple(wanted.resources),
            created_at=time.time(),
            created_by=actor.name,
        )
        await self._access.require(
            work, actor, binding.given(), binding.project, binding.environment
        )
        await AccessStore(work).add_binding(binding)
        return _shown(binding)

    async def give_user(self, work: Work, user_id: str, role: str, actor: Actor = SYSTEM) -> None:
        """Give a role everywhere, as to somebody who has just joined."""
        subject = SubjectText(kind="user", id=user_id)
        await self.give(work, actor, BindingInput(subject=subject, role=role))

    async def take(self, work: Work, actor: Actor, binding_id: str) -> None:
        """Take a role away. The last owner stays one."""
        store = AccessStore(work)
        binding = await store.binding(binding_id)
        if binding is None:
            raise BindingNotFound(
                "There is no such binding. GET /api/v1/role-bindings lists those there are."
            )
        await self._access.require(
            work, actor, binding.given(), binding.project, binding.environment
        )
        if binding.role == OWNER:
            await self._require_owner_but(work, {binding.id})
        await store.delete_binding(binding_id)

    async def require_owner_without(self, work: Work, user_id: str) -> None:
        """Raise `LastOwner` if nobody but this user is an owner: ask before one is suspended."""
        owners = await AccessStore(work).lock_owners()
        theirs = {each.id for each in owners if each.subject == Subject("user", user_id)}
        if theirs:
            await self._require_owner_but(work, theirs)

    async def forget_user(self, work: Work, user_id: str) -> None:
        """Take everything from somebody who leaves the org, unless they are its last owner."""
        await self.require_owner_without(work, user_id)
        await AccessStore(work).forget(Subject("user", user_id))

    async def require_people(self, work: Work, user_ids: Collection[str]) -> None:
        """Raise `SubjectNotFound` unless all of them are people of this org."""
        known = {one.id for one in await self._people.people(work, user_ids)}
        for user_id in user_ids:
            if user_id not in known:
                raise _no_subject("user", user_id)

    async def require_subject(self, work: Work, subject: Subject) -> None:
        """Raise `SubjectNotFound` if there is none such in this org."""
        store = AccessStore(work)
        if subject.kind == "user":
            is_there = bool(await self._people.people(work, [subject.id]))
        elif subject.kind == "group":
            is_there = await store.group(subject.id) is not None
        else:
            is_there = await store.service_account(subject.id) is not None
        if not is_there:
            raise _no_subject(subject.kind, subject.id)

    async def _require_owner_but(self, work: Work, gone: set[str]) -> None:
        # Locked first: whoever had the lock may have suspended one meanwhile.
        others = [each for each in await AccessStore(work).lock_owners() if each.id not in gone]
        left = await self._people.people(work, [each.subject.id for each in others])
        if not any(one.is_active for one in left):
            raise LastOwner(
                "The organisation would have no owner any more. Make somebody else an owner first."
            )


def _no_subject(kind: str, subject_id: str) -> SubjectNotFound:
    return SubjectNotFound(
        f"There is no {kind} `{subject_id[:100]}` in this organisation.", field="id"
    )


def _shown(binding: Binding) -> schemas.Binding:
    return schemas.Binding(
        id=binding.id,
        subject=SubjectText(kind=binding.subject.kind, id=binding.subject.id),
        role=binding.role,
        project=binding.project,
        environment=binding.environment,
        resources=list(binding.resources),
        created_at=binding.created_at,
        created_by=binding.created_by,
    )
