"""Queries of limits, for the org of the work."""

import time

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from cadre.infra.database import Work
from cadre.trust.limits.rule import Rule
from cadre.trust.limits.tables import limit_rules

_own = limit_rules.c


class LimitStore:
    """The rules that `work.scope.org` has set."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._scope = work.scope

    async def rules(self) -> dict[tuple[str, str], Rule]:
        query = select(_own.subject, _own.endpoints, _own.requests, _own.seconds).where(
            _own.org_id == self._scope.org
        )
        rows = await self._connection.execute(query)
        return {(row[0], row[1]): Rule(row[2], row[3]) for row in rows}

    async def put(self, subject: str, endpoints: str, rule: Rule) -> None:
        is_sqlite = self._connection.dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        changed = {
            "requests": rule.requests,
            "seconds": rule.seconds,
            "updated_at": time.time(),
            "updated_by": self._scope.principal.id,
        }
        key = {"org_id": self._scope.org, "subject": subject, "endpoints": endpoints}
        await self._connection.execute(
            insert(limit_rules)
            .values(**key, **changed)
            .on_conflict_do_update(index_elements=list(key), set_=changed)
        )

    async def delete(self, subject: str, endpoints: str) -> bool:
        statement = delete(limit_rules).where(
            _own.org_id == self._scope.org, _own.subject == subject, _own.endpoints == endpoints
        )
        return (await self._connection.execute(statement)).rowcount > 0


async def rules_of_all(work: Work) -> dict[str, dict[tuple[str, str], Rule]]:
    """The rules of every org, for the process that counts by them."""
    query = select(_own.org_id, _own.subject, _own.endpoints, _own.requests, _own.seconds)
    found: dict[str, dict[tuple[str, str], Rule]] = {}
    for row in await work.connection.execute(query):
        found.setdefault(row[0], {})[row[1], row[2]] = Rule(row[3], row[4])
    return found
