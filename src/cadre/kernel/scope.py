"""Scope: on whose behalf something is done. Passed explicitly, never found in a global."""

from dataclasses import dataclass
from typing import Literal

from cadre.kernel.ids import OrgId, ProjectId

PrincipalKind = Literal["user", "key", "service", "agent", "system"]

ENVIRONMENTS = ("dev", "staging", "production")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: `id` is a user's, a key's, a service account's or a run's; `name` is for people."""

    kind: PrincipalKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Org, project, environment and principal. A store can't be read without one."""

    org: OrgId
    project: ProjectId
    environment: str
    principal: Principal


DEFAULT_ORG = OrgId("org_default")
DEFAULT_PROJECT = ProjectId("prj_default")

# What the system itself works on: the rows of every org. No door ever hands it out.
ALL_ORGS = OrgId("*")
