"""Settling: real costs take the place of what was set aside, in the transaction of the usage rows.

Windows are the last thing that a settlement locks, in the order of their keys: callers who
reserve in them wait only for the commit.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Double, bindparam, delete, text, update

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
    """What one call cost; `lines` are (budget, subject, window), as they were reserved."""

    reservation_id: str
    cost_nano: int
    lines: Sequence[tuple[str, str, str]]


async def settle(connection: Connection, settlements: Sequence[Settlement]) -> None:
    """Add the costs to their windows and give back what was held; whoever calls commits."""
    freed = await _release(connection, [each.reservation_id for each in settlements])
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


async def _release(connection: Connection, ids: Sequence[str]) -> list[tuple[int, str, str, str]]:
    rows: list[tuple[str, str, str, int]] = []
    for start in range(0, len(ids), _PART):
        part = {"ids": sorted(ids[start : start + _PART])}
        rows += [(r[0], r[1], r[2], r[3]) for r in await connection.execute(_RELEASE, part)]
    return by_window(rows)


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
