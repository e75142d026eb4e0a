"""Queries of budgets, windows and alerts, for the org of the work."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, text, update

from cadre.infra.database import Work
from cadre.trust.budgets.money import to_nano, to_usd
from cadre.trust.budgets.periods import TOTAL, window_at, window_end
from cadre.trust.budgets.rules import topic_of
from cadre.trust.budgets.schemas import Alert, Budget, Window
from cadre.trust.budgets.tables import (
    budget_alerts,
    budget_reservations,
    budget_revisions,
    budget_windows,
    budgets,
)

# Built once: building a statement takes longer than a lookup.
_ALL = (
    select(budgets)
    .where(budgets.c.org_id == bindparam("org_id"))
    .order_by(budgets.c.created_at, budgets.c.id)
)
_REVISION = select(budget_revisions.c.revision).where(
    budget_revisions.c.org_id == bindparam("org_id")
)
_RAISE = text("""
insert into budget_revisions(org_id, revision) values (:org_id, 1)
on conflict (org_id) do update set revision = budget_revisions.revision + 1
""")


class BudgetStore:
    """Budgets of `work.scope.org`. What changes one also raises the org's revision."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._connection = work.connection
        self._org = work.scope.org

    async def revision(self) -> int:
        found = await self._connection.execute(_REVISION, {"org_id": self._org})
        return found.scalar_one_or_none() or 0

    async def all(self) -> list[Budget]:
        rows = await self._connection.execute(_ALL, {"org_id": self._org})
        return [_budget(row) for row in rows]

    async def get(self, budget_id: str) -> Budget | None:
        query = select(budgets).where(budgets.c.org_id == self._org, budgets.c.id == budget_id)
        row = (await self._connection.execute(query)).one_or_none()
        return _budget(row) if row else None

    async def add(self, budget: Budget) -> None:
        values = {"id": budget.id, "org_id": self._org, **_values(budget)}
        values |= {"created_at": budget.created_at, "created_by": budget.created_by}
        await self._connection.execute(insert(budgets).values(values))
        await self._raise_revision()

    async def change(self, budget: Budget) -> None:
        own = (budgets.c.org_id == self._org) & (budgets.c.id == budget.id)
        await self._connection.execute(update(budgets).where(own).values(_values(budget)))
        await self._raise_revision()

    async def delete(self, budget_id: str) -> bool:
        if await self.get(budget_id) is None:
            return False
        # What belongs to the budget first: without it, it is nobody's.
        for table in (budget_reservations, budget_windows, budget_alerts):
            await self._connection.execute(delete(table).where(table.c.budget_id == budget_id))
        own = (budgets.c.org_id == self._org) & (budgets.c.id == budget_id)
        await self._connection.execute(delete(budgets).where(own))
        await self._raise_revision()
        return True

    async def windows(self, budget: Budget, most: int) -> list[Window]:
        """The windows that are open now, and what was spent in those before them."""
        own = (budget_windows.c.budget_id == budget.id) & (budgets.c.org_id == self._org)
        query = (
            select(budget_windows)
            .join(budgets, budgets.c.id == budget_windows.c.budget_id)
            .where(own)
            .order_by(budget_windows.c.window_id.desc(), budget_windows.c.settled_nano.desc())
            .limit(most)
        )
        return [_window(budget, row) for row in await self._connection.execute(query)]

    async def open_windows(self, known: Sequence[Budget]) -> list[Window]:
        """What is spent in the present windows of `known`, the fullest first."""
        now = datetime.now(UTC)
        names = {budget.id: (budget, window_at(budget.period, now)) for budget in known}
        query = (
            select(budget_windows)
            .join(budgets, budgets.c.id == budget_windows.c.budget_id)
            .where(
                budgets.c.org_id == self._org,
                budget_windows.c.window_id.in_({window for _, window in names.values()}),
            )
        )
        rows = await self._connection.execute(query)
        found = [
            _window(names[row.budget_id][0], row)
            for row in rows
            if row.budget_id in names and names[row.budget_id][1] == row.window_id
        ]
        return sorted(found, key=lambda window: -window.share)

    async def alerts(self, before: float | None, most: int) -> list[Alert]:
        """The newest first; with `before`, those that are older than it."""
        known = {budget.id: budget for budget in await self.all()}
        query = (
            select(budget_alerts)
            .where(budget_alerts.c.org_id == self._org, budget_alerts.c.budget_id.in_(known))
            .order_by(budget_alerts.c.at.desc(), budget_alerts.c.budget_id)
            .limit(most)
        )
        if before is not None:
            query = query.where(budget_alerts.c.at < before)
        rows = await self._connection.execute(query)
        return [_alert(known[row.budget_id], row) for row in rows]

    async def prune(self, older_than: float, run_older_than: float) -> int:
        """Forget windows of all orgs that nobody has spent in since; returns how many.

        A total window is forgotten only if it is a run's, which does not come back.
        """
        own, runs = budget_windows.c, budgets.c.subject_kind == "run"
        of_runs = select(budgets.c.id).where(runs)
        is_old = (own.updated_at < older_than) & (own.window_id != TOTAL)
        is_old |= (own.updated_at < run_older_than) & own.budget_id.in_(of_runs)
        statement = delete(budget_windows).where(is_old, own.reserved_nano == 0)
        pruned = (await self._connection.execute(statement)).rowcount
        await self._connection.execute(delete(budget_alerts).where(budget_alerts.c.at < older_than))
        return pruned

    async def _raise_revision(self) -> None:
        await self._connection.execute(_RAISE, {"org_id": self._org})
        self._work.touch(topic_of(self._org))


def _values(budget: Budget) -> dict[str, Any]:
    values = budget.model_dump(
        include={"subject_kind", "subject", "period", "mode", "warn_at", "unpriced", "enabled"}
    )
    return values | {"limit_nano": to_nano(budget.limit_usd), "updated_at": budget.updated_at}


def _budget(row: Row[Any]) -> Budget:
    return Budget(
        id=row.id,
        subject_kind=row.subject_kind,
        subject=row.subject,
        period=row.period,
        limit_usd=to_usd(row.limit_nano),
        mode=row.mode,
        warn_at=row.warn_at,
        unpriced=row.unpriced,
        enabled=row.enabled,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
    )


def _window(budget: Budget, row: Row[Any]) -> Window:
    spent, limit = row.settled_nano + row.reserved_nano, budget.limit_nano
    share = spent / limit if limit else float(spent > 0)
    state = "reached" if share >= 1 else "warning" if share >= budget.warn_at else "ok"
    end = window_end(row.window_id)
    return Window(
        budget_id=budget.id,
        subject=row.subject,
        window=row.window_id,
        limit_usd=budget.limit_usd,
        settled_usd=to_usd(row.settled_nano),
        reserved_usd=to_usd(row.reserved_nano),
        left_usd=to_usd(max(0, limit - spent)),
        share=share,
        state=state,
        ends_at=end.timestamp() if end else None,
    )


def _alert(budget: Budget, row: Row[Any]) -> Alert:
    return Alert(
        budget_id=row.budget_id,
        subject=row.subject,
        window=row.window_id,
        level=row.level,
        at=row.at,
        settled_usd=to_usd(row.settled_nano),
        limit_usd=to_usd(row.limit_nano),
        title=budget.title,
    )
