"""Explaining: who can do something, and why somebody can or can't."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.grants import Grant
from cadre.trust.access.binding import Binding, gives_some, reasons
from cadre.trust.access.grants import check_resource, read
from cadre.trust.access.permissions import PERMISSIONS
from cadre.trust.access.ports import People
from cadre.trust.access.roles import ROLES
from cadre.trust.access.schemas import (
    GrantText,
    Holder,
    NearMiss,
    Reason,
    SubjectText,
    WhoCan,
    Why,
)
from cadre.trust.access.store import AccessStore
from cadre.trust.access.subject import Subject


class UnknownPermission(Invalid):
    code = "unknown_permission"


class Explaining:
    """Answers from the same bindings that are enforced."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def who_can(self, work: Work, permission: str, resource: str) -> WhoCan:
        """Everybody who may do it in the work's project and environment, with the reasons."""
        _check(permission, resource)
        project, environment = work.scope.project, work.scope.environment
        found = [b for b in await AccessStore(work).bindings() if b.counts(project, environment)]
        members = await _members(work)
        names = await self._names(work)
        holding: dict[Subject, list[Reason]] = defaultdict(list)
        for binding, grant in reasons(found, permission, resource):
            for subject in _holders(binding, members):
                holding[subject].append(_reason(binding, grant))
        holders = [
            Holder(subject=_text(subject), name=names[subject], reasons=why)
            for subject, why in holding.items()
            if subject in names
        ]
        return WhoCan(
            permission=permission,
            resource=resource,
            project=project,
            environment=environment,
            holders=sorted(holders, key=lambda each: (each.name, each.subject.id)),
        )

    async def why(self, work: Work, subject: Subject, permission: str, resource: str) -> Why:
        """The bindings that give it to `subject`, or what there is instead of one."""
        _check(permission, resource)
        project, environment = work.scope.project, work.scope.environment
        store = AccessStore(work)
        bindings = await store.bindings_of(subject)
        is_off = subject not in await self._names(work)
        here = [b for b in bindings if b.counts(project, environment) and not is_off]
        found = reasons(here, permission, resource)
        misses = [] if found else _near_misses(bindings, permission, resource, work, is_off=is_off)
        return Why(
            subject=_text(subject),
            permission=permission,
            resource=resource,
            project=project,
            environment=environment,
            allowed=bool(found),
            reasons=[_reason(binding, grant) for binding, grant in found],
            near_misses=misses,
            roles_with_it=[] if found else await _roles_with(store, permission, resource),
        )

    async def _names(self, work: Work) -> Mapping[Subject, str]:
        """Everybody who can act at all."""
        people = await self._people.people(work)
        services = await AccessStore(work).service_accounts()
        names = {Subject("user", one.id): one.name for one in people if one.is_active}
        return names | {
            Subject("service", row.id): row.name for row in services if row.disabled_at is None
        }


async def _members(work: Work) -> Mapping[str, list[Subject]]:
    members: dict[str, list[Subject]] = defaultdict(list)
    for row in await AccessStore(work).members():
        members[row.group_id].append(Subject(row.member_kind, row.member_id))
    return members


def _holders(binding: Binding, members: Mapping[str, list[Subject]]) -> Iterable[Subject]:
    is_group = binding.subject.kind == "group"
    return members.get(binding.subject.id, []) if is_group else [binding.subject]


async def _roles_with(store: AccessStore, permission: str, resource: str) -> list[str]:
    own = {row.name: read(row.grants) for row in await store.roles()}
    every = {role.name: role.grants for role in ROLES.values()} | own
    return [
        name
        for name, grants in every.items()
        if any(grant.covers(permission, resource) for grant in grants)
    ]


def _near_misses(
    bindings: Iterable[Binding], permission: str, resource: str, work: Work, *, is_off: bool
) -> list[NearMiss]:
    scope, misses = work.scope, list[NearMiss]()
    for binding in bindings:
        if not gives_some(binding, permission):
            continue
        if is_off:
            why = "It is suspended, disabled or not a member."
        elif binding.project not in (None, scope.project):
            why = f"It counts in project {binding.project} only, not in {scope.project}."
        elif binding.environment not in (None, scope.environment):
            why = f"It counts in {binding.environment} only, not in {scope.environment}."
        else:
            on = sorted(
                g.resource for g in binding.given() if Grant(g.permission).covers(permission, "*")
            )
            why = f"It gives this on {', '.join(on)}, not on {resource}."
        misses.append(NearMiss(binding=binding.id, role=binding.role, why_not=why))
    return misses


def _check(permission: str, resource: str) -> None:
    if permission not in PERMISSIONS:
        raise UnknownPermission(
            f"`{permission[:100]}` is no permission. GET /api/v1/access/permissions lists them.",
            field="permission",
        )
    check_resource(resource, "resource")


def _reason(binding: Binding, grant: Grant) -> Reason:
    group = binding.subject.id if binding.subject.kind == "group" else None
    return Reason(binding=binding.id, role=binding.role, group=group, grant=GrantText.of(grant))


def _text(subject: Subject) -> SubjectText:
    return SubjectText(kind=subject.kind, id=subject.id)
