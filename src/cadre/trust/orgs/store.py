"""Queries of orgs. `OrgStore` is for the org of the work; `EveryOrgStore` for a work of all orgs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from cadre.infra.database import Work
from cadre.kernel.scope import DEFAULT_ORG
from cadre.trust.orgs.tables import org_domains, org_jobs, orgs, projects

Found = Row[*tuple[Any, ...]]

# Asked with nearly every request, so built once.
_BY_SLUG = select(orgs.c.id).where(orgs.c.slug == bindparam("slug"))
_BY_DOMAIN = select(org_domains.c.org_id).where(
    org_domains.c.domain == bindparam("domain"), org_domains.c.verified_at.is_not(None)
)
_STANDING = select(
    orgs.c.id, orgs.c.status, orgs.c.limits, orgs.c.features, orgs.c.origins, orgs.c.slug
).where(orgs.c.id == bindparam("org"))
_PROJECT = select(projects.c.id).where(
    projects.c.org_id == bindparam("org"),
    (projects.c.id == bindparam("named")) | (projects.c.slug == bindparam("named")),
)
_NOT_ACTIVE = select(orgs.c.id).where(orgs.c.status != "active")


class OrgStore:
    """The work's org: its own row, its domains, its projects."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def row(self) -> Found | None:
        return await _one(self._work, select(orgs).where(orgs.c.id == self._org))

    async def change(self, values: dict[str, Any]) -> None:
        await self._work.connection.execute(
            update(orgs).where(orgs.c.id == self._org).values(**values)
        )

    async def domains(self) -> Sequence[Found]:
        query = select(org_domains).where(org_domains.c.org_id == self._org)
        return await _all(self._work, query.order_by(org_domains.c.domain))

    async def domain(self, name: str) -> Found | None:
        query = select(org_domains).where(
            org_domains.c.org_id == self._org, org_domains.c.domain == name
        )
        return await _one(self._work, query)

    async def add_domain(self, name: str, token: str, now: float) -> None:
        await self._work.connection.execute(
            insert(org_domains).values(org_id=self._org, domain=name, token=token, created_at=now)
        )

    async def verify_domain(self, name: str, now: float) -> None:
        await self._work.connection.execute(
            update(org_domains)
            .where(org_domains.c.org_id == self._org, org_domains.c.domain == name)
            .values(verified_at=now)
        )

    async def delete_domain(self, name: str) -> bool:
        statement = delete(org_domains).where(
            org_domains.c.org_id == self._org, org_domains.c.domain == name
        )
        return (await self._work.connection.execute(statement)).rowcount > 0

    async def projects(self) -> Sequence[Found]:
        query = select(projects).where(projects.c.org_id == self._org)
        return await _all(self._work, query.order_by(projects.c.created_at, projects.c.id))

    async def project(self, named: str) -> str | None:
        """The id of the project with this id or slug."""
        values = {"org": self._org, "named": named}
        return (await self._work.connection.execute(_PROJECT, values)).scalar_one_or_none()

    async def add_project(self, **row: Any) -> None:
        await self._work.connection.execute(insert(projects).values(org_id=self._org, **row))

    async def delete_project(self, project: str) -> bool:
        statement = delete(projects).where(projects.c.org_id == self._org, projects.c.id == project)
        return (await self._work.connection.execute(statement)).rowcount > 0


class EveryOrgStore:
    """All orgs, for a work of `ALL_ORGS`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def by_slug(self, slug: str) -> str | None:
        found = await self._work.connection.execute(_BY_SLUG, {"slug": slug})
        return found.scalar_one_or_none()

    async def by_domain(self, domain: str) -> str | None:
        found = await self._work.connection.execute(_BY_DOMAIN, {"domain": domain})
        return found.scalar_one_or_none()

    async def standing(self, org: str) -> Found | None:
        return (await self._work.connection.execute(_STANDING, {"org": org})).one_or_none()

    async def not_active(self) -> Sequence[str]:
        return list((await self._work.connection.execute(_NOT_ACTIVE, {})).scalars())

    async def limited(self, name: str) -> Sequence[Found]:
        """The id and the limits of orgs that have the limit `name`."""
        query = select(orgs.c.id, orgs.c.limits).where(orgs.c.limits.contains(f'"{name}"'))
        return await _all(self._work, query)

    async def all(self) -> Sequence[Found]:
        return await _all(self._work, select(orgs).order_by(orgs.c.created_at, orgs.c.id))

    async def find(self, named: str) -> Found | None:
        """The org with this id or slug."""
        return await _one(
            self._work, select(orgs).where((orgs.c.id == named) | (orgs.c.slug == named))
        )

    async def put(self, org: str, values: dict[str, Any]) -> None:
        """Change the row of `org`, or add it."""
        changed = await self._work.connection.execute(
            update(orgs).where(orgs.c.id == org).values(**values)
        )
        if not changed.rowcount:
            await self._work.connection.execute(insert(orgs).values(id=org, **values))


class JobStore:
    """The jobs on orgs; they are the home org's."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, **row: Any) -> None:
        await self._work.connection.execute(insert(org_jobs).values(org_id=DEFAULT_ORG, **row))

    async def all(self, limit: int) -> Sequence[Found]:
        query = select(org_jobs).where(org_jobs.c.org_id == DEFAULT_ORG)
        return await _all(self._work, query.order_by(org_jobs.c.id.desc()).limit(limit))

    async def one(self, job: str) -> Found | None:
        return await _one(self._work, select(org_jobs).where(_is(job)))

    async def is_busy(self, org: str) -> bool:
        """Whether something is done, or is to be done, on `org`."""
        query = select(org_jobs.c.id).where(
            org_jobs.c.org_id == DEFAULT_ORG,
            org_jobs.c.org == org,
            org_jobs.c.state.in_(("waiting", "running")),
        )
        return (await self._work.connection.execute(query.limit(1))).first() is not None

    async def deleted(self, since: float) -> Sequence[str]:
        """The orgs whose deletion ended after `since`."""
        query = select(org_jobs.c.org).where(
            org_jobs.c.org_id == DEFAULT_ORG,
            org_jobs.c.kind == "delete",
            org_jobs.c.state == "done",
            org_jobs.c.updated_at > since,
        )
        return list((await self._work.connection.execute(query)).scalars())

    async def claim(self, now: float, lease_until: float) -> Found | None:
        """The oldest job that nobody does, now ours."""
        free = (org_jobs.c.state == "waiting") | (
            (org_jobs.c.state == "running") & (org_jobs.c.lease_until <= now)
        )
        query = select(org_jobs.c.id).where(org_jobs.c.org_id == DEFAULT_ORG, free)
        job = (
            await self._work.connection.execute(query.order_by(org_jobs.c.id).limit(1))
        ).scalar_one_or_none()
        if job is None:
            return None
        statement = (
            update(org_jobs)
            .where(_is(job), free)
            .values(state="running", lease_until=lease_until, updated_at=now)
            .returning(*org_jobs.c)
        )
        return (await self._work.connection.execute(statement)).one_or_none()

    async def change(self, job: str, **values: Any) -> None:
        await self._work.connection.execute(update(org_jobs).where(_is(job)).values(**values))


def _is(job: str) -> Any:
    return (org_jobs.c.org_id == DEFAULT_ORG) & (org_jobs.c.id == job)


async def _one(work: Work, query: Any) -> Found | None:
    return (await work.connection.execute(query)).one_or_none()


async def _all(work: Work, query: Any) -> Sequence[Found]:
    return (await work.connection.execute(query)).all()
