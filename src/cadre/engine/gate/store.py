"""Queries of gate rules, for the org of the work."""

import time

import orjson
from sqlalchemy import delete, insert, select

from cadre.engine.gate.rules import GateRule
from cadre.engine.gate.tables import gate_rules
from cadre.infra.database import Work


class RuleStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._scope = work.scope

    async def read(self) -> list[GateRule]:
        query = select(gate_rules.c.rules).where(gate_rules.c.org_id == self._scope.org)
        stored = (await self._connection.execute(query)).scalar_one_or_none()
        return [GateRule.model_validate(rule) for rule in orjson.loads(stored or "[]")]

    async def write(self, rules: list[GateRule]) -> None:
        org = self._scope.org
        await self._connection.execute(delete(gate_rules).where(gate_rules.c.org_id == org))
        await self._connection.execute(
            insert(gate_rules).values(
                org_id=org,
                rules=orjson.dumps([rule.model_dump() for rule in rules]).decode(),
                updated_at=time.time(),
                updated_by=self._scope.principal.name,
            )
        )
