"""Access over HTTP: roles, groups, bindings, service accounts, and who can do what."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from cadre.infra.database import Work
from cadre.infra.web import Provide, Reading, Writing, requires, requires_nothing
from cadre.kernel.grants import ANYTHING
from cadre.kernel.ids import ProjectId
from cadre.kernel.paging import Page
from cadre.trust.access.custom_roles import Roles
from cadre.trust.access.explaining import Explaining
from cadre.trust.access.giving import Bindings
from cadre.trust.access.grouping import Groups
from cadre.trust.access.permissions import PERMISSIONS
from cadre.trust.access.schemas import (
    Binding,
    BindingInput,
    Environment,
    Group,
    GroupInput,
    Id,
    Member,
    PermissionInfo,
    Role,
    RoleInput,
    RoleName,
    ServiceAccount,
    ServiceAccountInput,
    WhoCan,
    Why,
)
from cadre.trust.access.service_accounts import ServiceAccounts
from cadre.trust.access.subject import Actor, Subject, SubjectKind, actor_of

router = APIRouter(tags=["access"])


async def _actor(connection: HTTPConnection) -> Actor:
    return actor_of(connection.scope)


_Actor = Annotated[Actor, Depends(_actor)]
_Roles = Annotated[Roles, Provide(Roles)]
_Groups = Annotated[Groups, Provide(Groups)]
_Bindings = Annotated[Bindings, Provide(Bindings)]
_Services = Annotated[ServiceAccounts, Provide(ServiceAccounts)]
_Explaining = Annotated[Explaining, Provide(Explaining)]
_Permission = Annotated[str, Query(max_length=100, description='As "runs:read".')]
_MemberKind = Literal["user", "service"]
_Resource = Annotated[str, Query(max_length=200, description='As "agent:support"; else anything.')]
_Project = Annotated[Id | None, Query(description="Else the project that you are in.")]
_Environment = Annotated[Environment | None, Query(description="Else the one that you are in.")]


@router.get("/access/permissions", dependencies=[requires_nothing()])
async def list_permissions() -> Page[PermissionInfo]:
    """Everything that can be granted."""
    items = [PermissionInfo.of(name, said) for name, said in PERMISSIONS.items()]
    return Page[PermissionInfo](items=items)


@router.get("/access/who-can", dependencies=[requires("roles:read")])
async def who_can(
    work: Reading,
    explaining: _Explaining,
    permission: _Permission,
    *,
    resource: _Resource = ANYTHING,
    project: _Project = None,
    environment: _Environment = None,
) -> WhoCan:
    """Everybody who may do something, and by which bindings."""
    return await explaining.who_can(_in(work, project, environment), permission, resource)


@router.get("/access/why", dependencies=[requires("roles:read")])
async def explain_access(
    work: Reading,
    explaining: _Explaining,
    permission: _Permission,
    *,
    kind: SubjectKind = "user",
    subject: Annotated[Id, Query(description="The id of the user, group or service account.")],
    resource: _Resource = ANYTHING,
    project: _Project = None,
    environment: _Environment = None,
) -> Why:
    """Why somebody may or may not do something."""
    own = _in(work, project, environment)
    return await explaining.why(own, Subject(kind, subject), permission, resource)


@router.get("/roles", dependencies=[requires("roles:read")])
async def list_roles(work: Reading, roles: _Roles) -> Page[Role]:
    """Those that ship with cadre, then the organisation's own."""
    return Page[Role](items=await roles.all(work))


@router.get("/roles/{name}", dependencies=[requires("roles:read", "role:{name}")])
async def get_role(work: Reading, roles: _Roles, name: str) -> Role:
    """One role with its grants."""
    return await roles.get(work, name)


@router.put("/roles/{name}", dependencies=[requires("roles:write", "role:{name}")])
async def put_role(
    work: Writing, roles: _Roles, actor: _Actor, name: RoleName, body: RoleInput
) -> Role:
    """Make or change a role of the organisation's own."""
    return await roles.put(work, actor, name, body)


@router.delete(
    "/roles/{name}", status_code=204, dependencies=[requires("roles:write", "role:{name}")]
)
async def delete_role(work: Writing, roles: _Roles, actor: _Actor, name: str) -> None:
    """Forget a role that nobody has any more."""
    await roles.delete(work, actor, name)


@router.get("/role-bindings", dependencies=[requires("roles:read")])
async def list_role_bindings(
    work: Reading,
    bindings: _Bindings,
    kind: SubjectKind = "user",
    subject: Annotated[Id | None, Query(description="Only theirs, with their groups'.")] = None,
) -> Page[Binding]:
    """Who has which role, and where."""
    only = None if subject is None else Subject(kind, subject)
    return Page[Binding](items=await bindings.all(work, only))


@router.post("/role-bindings", status_code=201, dependencies=[requires("roles:write")])
async def give_role(
    work: Writing, bindings: _Bindings, actor: _Actor, body: BindingInput
) -> Binding:
    """Give a role; you must have all that it gives yourself."""
    return await bindings.give(work, actor, body)


@router.delete(
    "/role-bindings/{binding_id}", status_code=204, dependencies=[requires("roles:write")]
)
async def take_role(work: Writing, bindings: _Bindings, actor: _Actor, binding_id: str) -> None:
    """Take a role away; the last owner keeps theirs."""
    await bindings.take(work, actor, binding_id)


@router.get("/groups", dependencies=[requires("members:read")])
async def list_groups(work: Reading, groups: _Groups) -> Page[Group]:
    """Groups with their members."""
    return Page[Group](items=await groups.all(work))


@router.post("/groups", status_code=201, dependencies=[requires("members:write")])
async def create_group(work: Writing, groups: _Groups, body: GroupInput) -> Group:
    """An empty group; roles are given to it as to a person."""
    return await groups.create(work, body)


@router.get("/groups/{group_id}", dependencies=[requires("members:read", "group:{group_id}")])
async def get_group(work: Reading, groups: _Groups, group_id: str) -> Group:
    """One group with its members."""
    return await groups.get(work, group_id)


@router.put("/groups/{group_id}", dependencies=[requires("members:write", "group:{group_id}")])
async def change_group(work: Writing, groups: _Groups, group_id: str, body: GroupInput) -> Group:
    """Give it another name or description."""
    return await groups.change(work, group_id, body)


@router.delete(
    "/groups/{group_id}",
    status_code=204,
    dependencies=[requires("members:write", "group:{group_id}")],
)
async def delete_group(work: Writing, groups: _Groups, actor: _Actor, group_id: str) -> None:
    """Forget a group; its members lose what they had through it."""
    await groups.delete(work, actor, group_id)


@router.put(
    "/groups/{group_id}/members/{kind}/{member_id}",
    dependencies=[requires("members:write", "group:{group_id}")],
)
async def add_group_member(
    *,
    work: Writing,
    groups: _Groups,
    actor: _Actor,
    group_id: str,
    kind: _MemberKind,
    member_id: Id,
) -> Group:
    """Put a `user` or a `service` account into a group; you must have all that it gives."""
    return await groups.add(work, actor, group_id, Member(kind=kind, id=member_id))


@router.delete(
    "/groups/{group_id}/members/{kind}/{member_id}",
    status_code=204,
    dependencies=[requires("members:write", "group:{group_id}")],
)
async def remove_group_member(
    *,
    work: Writing,
    groups: _Groups,
    actor: _Actor,
    group_id: str,
    kind: _MemberKind,
    member_id: Id,
) -> None:
    """Take somebody out of a group."""
    member = Member(kind=kind, id=member_id)
    await groups.remove(work, actor, group_id, member)


@router.get("/service-accounts", dependencies=[requires("service-accounts:read")])
async def list_service_accounts(work: Reading, services: _Services) -> Page[ServiceAccount]:
    """Programs that act for themselves."""
    return Page[ServiceAccount](items=await services.all(work))


@router.post(
    "/service-accounts", status_code=201, dependencies=[requires("service-accounts:write")]
)
async def create_service_account(
    work: Writing, services: _Services, actor: _Actor, body: ServiceAccountInput
) -> ServiceAccount:
    """One that may do nothing until it is given a role."""
    return await services.create(work, actor, body)


@router.get(
    "/service-accounts/{account_id}",
    dependencies=[requires("service-accounts:read", "service-account:{account_id}")],
)
async def get_service_account(
    work: Reading, services: _Services, account_id: str
) -> ServiceAccount:
    """One service account."""
    return await services.get(work, account_id)


@router.put(
    "/service-accounts/{account_id}",
    dependencies=[requires("service-accounts:write", "service-account:{account_id}")],
)
async def change_service_account(
    work: Writing,
    services: _Services,
    actor: _Actor,
    account_id: str,
    body: ServiceAccountInput,
) -> ServiceAccount:
    """Name it anew, disable it or enable it again."""
    return await services.change(work, actor, account_id, body)


@router.delete(
    "/service-accounts/{account_id}",
    status_code=204,
    dependencies=[requires("service-accounts:write", "service-account:{account_id}")],
)
async def delete_service_account(work: Writing, services: _Services, account_id: str) -> None:
    """Forget it; its keys open nothing from now on."""
    await services.delete(work, account_id)


def _in(work: Work, project: str | None, environment: str | None) -> Work:
    scope = replace(
        work.scope,
        project=ProjectId(project) if project else work.scope.project,
        environment=environment or work.scope.environment,
    )
    return Work(work.connection, scope)
