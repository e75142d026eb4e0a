"""The log of decisions: gathered in memory, written in batches, kept for dry runs alone.

What is not written yet when a process dies is lost: the journal of the run is the record of what
was decided.
"""

import json
import os
from collections import Counter, deque
from dataclasses import dataclass, field
from time import time, time_ns
from typing import Any

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import Scope
from cadre.trust.policy.decision import Decision
from cadre.trust.policy.given import PolicyInput, kept
from cadre.trust.policy.store import DecisionStore

KEPT = 10_000
_MOST_WAITING = 20_000
_PRUNE_EVERY = 1_000


@dataclass(slots=True)
class DecisionLog:
    """`kept` is how many decisions an org's log holds."""

    database: Database
    kept: int = KEPT
    _waiting: deque[tuple[Scope, PolicyInput, Decision, float, str]] = field(
        default_factory=lambda: deque(maxlen=_MOST_WAITING)
    )
    _last: int = 0
    _since_pruned: Counter[OrgId] = field(default_factory=Counter[OrgId])

    def add(self, scope: Scope, given: PolicyInput, decision: Decision) -> None:
        """Keep what was decided; nothing is waited for."""
        self._last = max(self._last + 1, time_ns())  # ids of one process are in order
        number = f"dec_{self._last:016x}{os.urandom(4).hex()}"
        self._waiting.append((scope, given, decision, time(), number))

    async def flush(self) -> None:
        """Write what waits, an org at a time."""
        by_org: dict[OrgId, tuple[Scope, list[dict[str, Any]]]] = {}
        while self._waiting:
            scope, given, decision, at, number = self._waiting.popleft()
            _, rows = by_org.setdefault(scope.org, (scope, []))
            rows.append(_row(given, decision, at, number))
        for scope, rows in by_org.values():
            await self._write(scope, rows)

    async def _write(self, scope: Scope, rows: list[dict[str, Any]]) -> None:
        self._since_pruned[scope.org] += len(rows)
        is_full = self._since_pruned[scope.org] >= min(_PRUNE_EVERY, self.kept)
        async with self.database.begin(scope) as work:
            store = DecisionStore(work)
            await store.add(rows)
            if is_full:
                await store.prune(self.kept)
        if is_full:
            del self._since_pruned[scope.org]


def _row(given: PolicyInput, decision: Decision, at: float, number: str) -> dict[str, Any]:
    return {
        "id": number,
        "at": at,
        "run_id": given.run.id,
        "principal": given.principal.id,
        "agent": given.agent,
        "tool": given.tool.name,
        "input": json.dumps(kept(given)),  # integers of any size, which orjson refuses
        "effect": decision.effect,
        "reasons": json.dumps(decision.reasons),
        "version": decision.version,
    }
