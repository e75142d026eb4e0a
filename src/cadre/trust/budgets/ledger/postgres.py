"""The ledger on PostgreSQL: claims of many callers are one statement on one connection."""

from __future__ import annotations  # asyncpg's classes take parameters only in its stubs

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cadre.infra.database import Database
from cadre.trust.budgets.errors import LedgerUnavailable
from cadre.trust.budgets.ledger import postgres_sql as sql
from cadre.trust.budgets.ledger.gathering import Gathering
from cadre.trust.budgets.ledger.ports import Verdict
from cadre.trust.budgets.ledger.postgres_connection import Connection, LineLost
from cadre.trust.budgets.reservation import Claim, Line, Refused

_ATTEMPTS = 5
_Asked = tuple[str, Claim]


@dataclass(frozen=True, slots=True)
class _Less:
    id: str
    nano: int


class PostgresLedger:
    """`Ledger` over a PostgreSQL that other processes use too."""

    def __init__(self, database: Database) -> None:
        self._writer = Connection(database)
        self._reader = Connection(database)
        # One queue for both, so that a release never overtakes the hold that it undoes.
        self._writes = Gathering(self._write_all)
        self._revisions = Gathering(self._read_revisions)

    async def open(self) -> None:
        """Connections are dialled when they are first needed."""

    async def close(self) -> None:
        for gathering in (self._writes, self._revisions):
            await gathering.close()
        await self._writer.close()
        await self._reader.close()

    async def revision(self, org: str) -> int:
        return await self._revisions.ask(org)

    async def hold(self, owner: str, claim: Claim) -> Verdict:
        verdict = await self._writes.ask((owner, claim))
        assert verdict is not None
        return verdict

    async def release(self, reservation_id: str) -> None:
        await self._writes.ask(reservation_id)

    async def lower(self, reservation_id: str, nano: int) -> None:
        await self._writes.ask(_Less(reservation_id, nano))

    async def release_owner(self, owner: str) -> int:
        return (await self._writer.fetch(sql.RELEASE_OWNER, owner))[0][0]

    async def beat(self, owner: str) -> None:
        await self._writer.fetch(sql.BEAT, owner)

    async def beats(self) -> dict[str, int | None]:
        return {row[0]: row[1] for row in await self._reader.fetch(sql.BEATS)}

    async def refuse(self, org: str, line: Line, settled_nano: int, limit_nano: int) -> None:
        key = (line.budget_id, line.subject, line.window_id)
        await self._writer.fetch(sql.REFUSE, org, *key, settled_nano, limit_nano)

    async def _read_revisions(self, orgs: Sequence[str]) -> Sequence[int]:
        rows = await self._reader.fetch(sql.REVISIONS, list(set(orgs)))
        found = {row[0]: row[1] for row in rows}
        return [found.get(org, 0) for org in orgs]

    async def _write_all(self, asked: Sequence[_Asked | str | _Less]) -> Sequence[Verdict | None]:
        holds = [each for each in asked if isinstance(each, tuple)]
        made = {claim.id for _, claim in holds}
        given_back = [each for each in asked if isinstance(each, str)]
        # What is given back first is room for what is asked for; but a hold of this very group
        # can't be undone before it is made.
        await self._lower_all([each for each in asked if isinstance(each, _Less)])
        await self._release_all([each for each in given_back if each not in made])
        verdicts = await self._hold_all(holds) if holds else {}
        await self._release_all([each for each in given_back if each in made])
        return [verdicts[each[1].id] if isinstance(each, tuple) else None for each in asked]

    async def _release_all(self, ids: Sequence[str]) -> None:
        if ids:
            await self._writer.fetch(sql.RELEASE, ids)

    async def _lower_all(self, asked: Sequence[_Less]) -> None:
        sums: Counter[str] = Counter()
        for each in asked:
            sums[each.id] += each.nano
        if sums:
            with suppress(LineLost):  # not sent twice: it may have been done
                await self._writer.fetch_once(sql.LOWER, list(sums), list(sums.values()))

    async def _hold_all(self, asked: Sequence[_Asked]) -> dict[str, Verdict]:
        verdicts = await self._hold_together(asked)
        for owner, claim in asked:
            if isinstance(verdicts[claim.id], Refused) and len(asked) > 1:
                verdicts |= await self._hold_together([(owner, claim)])
        return verdicts

    async def _hold_together(self, asked: Sequence[_Asked]) -> dict[str, Verdict]:
        """Hold what fits. Windows that nobody has used yet are made first, and asked again."""
        held: dict[str, Verdict] = {}
        for _ in range(_ATTEMPTS):
            left = [(owner, claim) for owner, claim in asked if claim.id not in held]
            rows = await self._fetch_holds(left)
            missing = [row for row in rows if row["is_missing"] and not row["is_stale"]]
            undecided = {row["id"] for row in missing}
            held |= {id_: v for id_, v in _verdicts(left, rows).items() if id_ not in undecided}
            if not undecided:
                return held
            keys = [[row[name] for row in missing] for name in _KEY]
            await self._writer.fetch(sql.SEED, *keys)
        raise LedgerUnavailable("Windows of budgets keep disappearing. Try again.")

    async def _fetch_holds(self, asked: Sequence[_Asked]) -> list[Any]:
        columns = list(zip(*_lines(asked), strict=True))
        owner = asked[0][0]
        while True:
            try:
                return await self._writer.fetch_once(sql.HOLD, *map(list, columns), owner)
            except LineLost:
                # The answer was lost; what it was is in the table.
                ids = [claim.id for _, claim in asked]
                rows = await self._writer.fetch(sql.HELD, ids)
                if rows:
                    await self._writer.fetch(sql.RELEASE, [row[0] for row in rows])


_KEY = ("budget_id", "subject", "window_id")


def _lines(asked: Sequence[_Asked]) -> Iterable[tuple[object, ...]]:
    for place, (_, claim) in enumerate(asked):
        for line, limit in zip(claim.lines, claim.limits, strict=True):
            key = (line.budget_id, line.subject, line.window_id)
            yield claim.id, place, *key, claim.nano, limit, claim.org, claim.revision


def _verdicts(asked: Sequence[_Asked], rows: Sequence[Any]) -> dict[str, Verdict]:
    by_id: dict[str, list[Any]] = {}
    for row in rows:
        by_id.setdefault(row["id"], []).append(row)
    return {claim.id: _verdict(claim, by_id[claim.id]) for _, claim in asked}


def _verdict(claim: Claim, rows: Sequence[Any]) -> Verdict:
    if rows[0]["is_held"]:
        return "held"
    if any(row["is_stale"] for row in rows):
        return "stale"
    row = next((row for row in rows if not row["fits"]), rows[0])
    key = Line(row["budget_id"], row["subject"], row["window_id"])
    return Refused(claim.lines.index(key), row["settled"] or 0, row["reserved"] or 0)
