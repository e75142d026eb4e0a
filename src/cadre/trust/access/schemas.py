"""What the routes of access take and give."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cadre.kernel.grants import ANYTHING, Grant
from cadre.trust.access.permissions import KINDS

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Environment = Literal["dev", "staging", "production"]


class GrantText(BaseModel):
    """`permission` as "runs:read", `resource` as "agent:support-*"; `*` stands for anything."""

    model_config = ConfigDict(extra="forbid")
    permission: Pattern
    resource: Pattern = ANYTHING

    @classmethod
    def of(cls, grant: Grant) -> "GrantText":
        return cls(permission=grant.permission, resource=grant.resource)

    def grant(self) -> Grant:
        return Grant(self.permission, self.resource)


class PermissionInfo(BaseModel):
    """`kinds` are what it can be given on a single one of: "agent", as in "agent:support-*"."""

    permission: str
    description: str
    kinds: list[str]

    @classmethod
    def of(cls, permission: str, description: str) -> "PermissionInfo":
        kinds = [kind for kind, prefixes in KINDS.items() if permission.startswith(prefixes)]
        return cls(permission=permission, description=description, kinds=kinds)


class Role(BaseModel):
    name: str
    description: str
    grants: list[GrantText]
    built_in: bool


class RoleInput(BaseModel):
    model_config = ConfigDict(extra="forbid")
    description: Text = ""
    grants: Annotated[list[GrantText], Field(max_length=500)]


class SubjectText(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["user", "group", "service"]
    id: Id


class Member(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["user", "service"] = "user"
    id: Id


class Group(BaseModel):
    id: str
    name: str
    description: str
    created_at: float
    members: list[Member]


class GroupInput(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    description: Text = ""


class BindingInput(BaseModel):
    """Without a project or an environment it counts in all of them, without resources on all."""

    model_config = ConfigDict(extra="forbid")
    subject: SubjectText
    role: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    project: Id | None = None
    environment: Environment | None = None
    resources: Annotated[list[Pattern], Field(max_length=100)] = []


class Binding(BaseModel):
    id: str
    subject: SubjectText
    role: str
    project: str | None
    environment: str | None
    resources: list[str]
    created_at: float
    created_by: str


class ServiceAccount(BaseModel):
    id: str
    name: str
    description: str
    created_at: float
    created_by: str
    disabled: bool


class ServiceAccountInput(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    description: Text = ""
    disabled: bool = False


class Reason(BaseModel):
    """The binding, the role and the grant that give a permission; `group` if it came through one."""

    binding: str
    role: str
    group: str | None
    grant: GrantText


class NearMiss(BaseModel):
    """A binding that has the permission, but not here."""

    binding: str
    role: str
    why_not: str


class Holder(BaseModel):
    """Somebody who can, and by what."""

    subject: SubjectText
    name: str
    reasons: list[Reason]


class WhoCan(BaseModel):
    permission: str
    resource: str
    project: str | None
    environment: str | None
    holders: list[Holder]


class Why(BaseModel):
    """`reasons` if it is allowed; else near misses, and the roles that would give it."""

    subject: SubjectText
    permission: str
    resource: str
    project: str | None
    environment: str | None
    allowed: bool
    reasons: list[Reason]
    near_misses: list[NearMiss]
    roles_with_it: list[str]
