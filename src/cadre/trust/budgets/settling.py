"""Settling: real costs take the place of what was set aside, in the transaction of the usage rows.

Windows are the last thing that a settlement locks, in the order of their keys: callers who
reserve in them wait only for the commit.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Double, bindparam, delete, select, text, update

from cadre.infra.database import Connection
from cadre.trust.budgets.reservation import by_window
from cadre.trust.budgets.tables import budget_reservations, budget_windows

_PART = 500

_held = budget_reservations.c
_RELEASE = (
    delete(budget_reservations)
    .where(_held.id.in_(bindparam("ids", expanding=True)))
    .returning(_held.budget_id, _held.subject, _held.window_id, _held.nano)
)
# SQLite, where nobody else writes meanwhile, leaves the locks out.
_LOCK = (
    select(_held.id, _held.budget_id, _held.subject, _held.window_id, _held.nano)
    .where(_held.id.in_(bindparam("ids", expanding=True)))
    .order_by(_held.id, _held.budget_id)
    .with_for_update()
)
_LOWER = (
    update(budget_reservations)
    .where((_held.id == bindparam("of_id")) & (_held.budget_id == bindparam("of_budget")))
    .values(nano=_held.nano - bindparam("less"))
)
# A budget that is gone gets no window any more.
_MAKE = text("""
insert into budget_windows(budget_id, subject, window_id, settled_nano, reserved_nano, updated_at)
select id, cast(:of_subject as text), cast(:of_window as text), 0, 0, :now from budgets
where id = :of_budget on conflict do nothing
""").bindparams(bindparam("now", type_=Double))
_of_window = (
    (budget_windows.c.budget_id == bindparam("of_budget"))
    & (budget_windows.c.subject == bindparam("of_subject"))
    & (budget_windows.c.window_id == bindparam("of_window"))
)
_CHANGE = (
    update(budget_windows)
    .where(_of_window)
    .values(
        settled_nano=budget_windows.c.settled_nano + bindparam("paid"),
        reserved_nano=budget_windows.c.reserved_nano - bindparam("freed"),
        updated_at=bindparam("now"),
    )
)
_ALERT = text("""
insert into budget_alerts(org_id, budget_id, subject, window_id, level, at, settled_nano, limit_nano)
select b.org_id, b.id, w.subject, w.window_id, level.name, :now, w.settled_nano, b.limit_nano
from budget_windows w join budgets b on b.id = w.budget_id
join (select 'warning' as name union all select 'limit') level on true
where w.budget_id = :of_budget and w.subject = :of_subject and w.window_id = :of_window
 and w.settled_nano >= case level.name when 'limit' then b.limit_nano
  else b.warn_at * b.limit_nano end
on conflict do nothing
""").bindparams(bindparam("now", type_=Double))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one call cost; `lines` are (budget, subject, window), as they were reserved.

    Where it was held in an advance, `held_nano` of that was its own.
    """

    reservation_id: str
    cost_nano: int
    lines: Sequence[tuple[str, str, str]]
    advance_id: str = ""
    held_nano: int = 0

    @property
    def spent_nano(self) -> int:
        """By how much the advance is lower now."""
        return max(0, min(self.cost_nano, self.held_nano))


async def settle(connection: Connection, settlements: Sequence[Settlement]) -> list[str]:
    """Add the costs to their windows and give back what was held; whoever calls commits.

    Returns the advances that are gone, for `Budgets.settled` after the commit.
    """
    alone = [each.reservation_id for each in settlements if not each.advance_id]
    rows = await _release(connection, [id_ for id_ in alone if id_])
    lowered, gone = await _lower(connection, settlements)
    freed = by_window(rows + lowered)
    paid = by_window(
        [(*line, each.cost_nano) for each in settlements if each.cost_nano for line in each.lines]
    )
    changes: dict[tuple[str, str, str], dict[str, int]] = {}
    for nano, *key in freed:
        changes.setdefault(_key(key), {"paid": 0, "freed": 0})["freed"] = nano
    for nano, *key in paid:
        changes.setdefault(_key(key), {"paid": 0, "freed": 0})["paid"] = nano
    now = time.time()
    for key in sorted(changes):
        names = dict(zip(("of_budget", "of_subject", "of_window"), key, strict=True))
        await _change(connection, names | {"now": now}, changes[key])
    return gone


async def _release(connection: Connection, ids: Sequence[str]) -> list[tuple[str, str, str, int]]:
    rows: list[tuple[str, str, str, int]] = []
    for start in range(0, len(ids), _PART):
        part = {"ids": sorted(ids[start : start + _PART])}
        rows += [(r[0], r[1], r[2], r[3]) for r in await connection.execute(_RELEASE, part)]
    return rows


async def _lower(
    connection: Connection, settlements: Sequence[Settlement]
) -> tuple[list[tuple[str, str, str, int]], list[str]]:
    """Lower the rows of advances by what their calls have spent; also says which are gone."""
    spent: Counter[str] = Counter()
    for each in settlements:
        if each.advance_id:
            spent[each.advance_id] += each.spent_nano
    if not spent:
        return [], []
    found = (await connection.execute(_LOCK, {"ids": sorted(spent)})).all()
    # A row never has less than its calls hold, unless something was settled twice.
    less = [min(spent[row.id], row.nano) for row in found]
    changes = [
        {"of_id": row.id, "of_budget": row.budget_id, "less": nano}
        for row, nano in zip(found, less, strict=True)
        if nano
    ]
    if changes:
        await connection.execute(_LOWER, changes)
    rows = [
        (row.budget_id, row.subject, row.window_id, nano)
        for row, nano in zip(found, less, strict=True)
    ]
    return rows, sorted(spent.keys() - {row.id for row in found})


async def _change(
    connection: Connection, window: dict[str, str | float], change: dict[str, int]
) -> None:
    changed = await connection.execute(_CHANGE, {**window, **change})
    if not changed.rowcount and change["paid"]:
        await connection.execute(_MAKE, window)
        await connection.execute(_CHANGE, {**window, **change})
    if change["paid"]:
        await connection.execute(_ALERT, window)


def _key(parts: Iterable[str]) -> tuple[str, str, str]:
    budget, subject, window = parts
    return budget, subject, window
