"""Tenancy: which org a request is for, by the name of the host, and whether that org may be served.

What was looked up is known for half a second: a change by this process counts at once, one by
another process before that time is over.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId, ProjectId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_ORG, DEFAULT_PROJECT, ENVIRONMENTS, Scope
from cadre.trust.orgs.content import system_scope
from cadre.trust.orgs.errors import EnvironmentUnknown, OrgSuspended, ProjectNotFound
from cadre.trust.orgs.names import HOME_SLUG
from cadre.trust.orgs.schemas import Limits
from cadre.trust.orgs.store import EveryOrgStore, OrgStore

# What `Database.mark` counts this process's changes of orgs by.
ORGS_TOPIC = "orgs"
_KNOWN_SECONDS = 0.5
_MOST_KNOWN = 10_000
_KEY = "tenant"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EVERYBODY = system_scope(ALL_ORGS)

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Tenant:
    """The org that a host is of. On a home host, programs of every org may ask."""

    org: OrgId
    is_home: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What other rooms go by: whether the org is served, and what it may have."""

    status: str
    slug: str
    limits: Limits
    features: dict[str, bool]
    origins: frozenset[str]

    @property
    def is_active(self) -> bool:
        return self.status == "active"


_UNKNOWN = Standing("active", "", Limits(), {}, frozenset())


class Tenants:
    """Finds orgs by host. `domain` is the installation's own: acme.DOMAIN is the org `acme`."""

    def __init__(
        self,
        database: Database,
        *,
        domain: str = "",
        names: Iterable[str] = (),
        origins: Iterable[str] = (),
    ) -> None:
        self.domain = domain.lower().strip(".")
        self.origins = frozenset(origins)
        self._home = {*_LOOPBACK, *(name.lower() for name in names)} | {self.domain} - {""}
        self._database = database
        self._hosts = _Known[str, OrgId | None](database, self._look_up)
        self._standings = _Known[str, Standing | None](database, self._look_at)
        self._projects = _Known[tuple[str, str], str | None](database, self._find_project)
        self._suspended = _Known[None, frozenset[OrgId]](database, self._look_for_suspended)

    async def of(self, host: str) -> Tenant | None:
        """The org of the name `host`; None: no org has it."""
        if host in self._home:
            return Tenant(DEFAULT_ORG, is_home=True)
        org = await self._hosts.get(host)
        return None if org is None else Tenant(org, is_home=False)

    def is_home(self, host: str) -> bool:
        """Whether `host` is a name of the installation itself, or below its domain."""
        below = tuple(f".{domain}" for domain in self._suffixes)
        return host in self._home or host.endswith(below)

    async def standing(self, org: str) -> Standing:
        """How `org` stands; one that has no row yet is served without limits."""
        return await self._standings.get(org) or _UNKNOWN

    async def suspended(self) -> frozenset[OrgId]:
        """The orgs for which nothing may run."""
        return await self._suspended.get(None)

    async def require_active(self, org: str) -> None:
        """Raise `OrgSuspended` unless `org` is served."""
        if not (await self.standing(org)).is_active:
            raise OrgSuspended(
                "This organisation is suspended: its data is kept, but nothing runs and nobody "
                "signs in. Ask whoever runs this installation."
            )

    async def lets(self, org: str, origin: str) -> bool:
        """Whether pages of `origin` may ask `org`, with keys of their own."""
        return origin in self.origins or origin in (await self.standing(org)).origins

    async def place(self, scope: Scope, project: str | None, environment: str | None) -> Scope:
        """`scope` in the project and the environment that a request names, if it names any."""
        if environment is not None and environment not in ENVIRONMENTS:
            raise EnvironmentUnknown(
                f"`X-Cadre-Environment` is one of {', '.join(ENVIRONMENTS)}.",
                field="X-Cadre-Environment",
            )
        placed = scope.project
        if project is not None and project != scope.project:
            found = await self._projects.get((scope.org, project[:200]))
            if found is None:
                raise ProjectNotFound(
                    "`X-Cadre-Project` names no project of this organisation. "
                    "See `GET /api/v1/org/projects` for those there are.",
                    field="X-Cadre-Project",
                )
            placed = ProjectId(found)
        return replace(scope, project=placed, environment=environment or scope.environment)

    @property
    def _suffixes(self) -> list[str]:
        return ["localhost", *([self.domain] if self.domain else [])]

    async def _look_up(self, host: str) -> OrgId | None:
        async with self._database.read(_EVERYBODY) as work:
            store = EveryOrgStore(work)
            for suffix in self._suffixes:
                label, dot, rest = host.partition(".")
                if dot and rest == suffix and label != HOME_SLUG:
                    org = await store.by_slug(label)
                    return None if org is None else OrgId(org)
            org = await store.by_domain(host)
            return None if org is None else OrgId(org)

    async def _look_at(self, org: str) -> Standing | None:
        async with self._database.read(_EVERYBODY) as work:
            row = await EveryOrgStore(work).standing(org)
        if row is None:
            return None
        return Standing(
            row.status,
            row.slug,
            Limits.model_validate_json(row.limits),
            json.loads(row.features),
            frozenset(json.loads(row.origins)),
        )

    async def _look_for_suspended(self, _: None) -> frozenset[OrgId]:
        async with self._database.read(_EVERYBODY) as work:
            return frozenset(map(OrgId, await EveryOrgStore(work).not_active()))

    async def _find_project(self, wanted: tuple[str, str]) -> str | None:
        org, named = wanted
        if named in {DEFAULT_PROJECT, "default"}:
            return DEFAULT_PROJECT
        async with self._database.read(system_scope(org)) as work:
            return await OrgStore(work).project(named)


class _Known(Generic[Key, Value]):
    """What was looked up a moment ago."""

    def __init__(self, database: Database, look_up: Callable[[Key], Awaitable[Value]]) -> None:
        self._database = database
        self._look_up = look_up
        self._known: OrderedDict[Key, tuple[Value, int, float]] = OrderedDict()

    async def get(self, key: Key) -> Value:
        mark = self._database.mark(ORGS_TOPIC)
        known = self._known.get(key)
        if known is not None and known[1] == mark and time.monotonic() < known[2]:
            return known[0]
        until = time.monotonic() + _KNOWN_SECONDS
        value = await self._look_up(key)
        self._known[key] = (value, mark, until)
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return value


def set_tenant(asgi_scope: MutableMapping[str, Any], tenant: Tenant) -> None:
    """Say of which org the host is. Only the door that looks at hosts calls this."""
    asgi_scope.setdefault("state", {})[_KEY] = tenant


def tenant_of(asgi_scope: MutableMapping[str, Any]) -> OrgId | None:
    """The org that this connection's host is of; None where no door has said so."""
    tenant = _tenant(asgi_scope)
    return None if tenant is None else tenant.org


def admits(asgi_scope: MutableMapping[str, Any], org: str, *, is_program: bool) -> bool:
    """Whether somebody of `org` may sign in on this connection's host.

    Sessions of a page count on the hosts of their own org only; keys on the home host too.
    """
    tenant = _tenant(asgi_scope)
    return tenant is None or tenant.org == org or (tenant.is_home and is_program)


def _tenant(asgi_scope: MutableMapping[str, Any]) -> Tenant | None:
    found = asgi_scope.get("state", {}).get(_KEY)
    return found if isinstance(found, Tenant) else None
