"""Retention: how long each class of data is kept, and its deletion in small batches.

The days of an org stand above those that a class comes with. Whoever applies them holds the org's
round, so that no two processes do it at once.
"""

import json
import time
from collections.abc import Mapping, Sequence

from cadre.infra.database import Database, Work
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.privacy.errors import BadRetention, RetentionBusy
from cadre.trust.privacy.holds import Holds, require_no_hold
from cadre.trust.privacy.ports import DataClass, Retained
from cadre.trust.privacy.schemas import (
    Applied,
    Days,
    RetentionChange,
    RetentionShown,
    RetentionState,
)
from cadre.trust.privacy.store import RoundStore, RuleStore

DAY_SECONDS = 86_400.0
_LEASE_SECONDS = 60.0
_JOB = Principal("system", "privacy", "Privacy")


def system_scope(org: OrgId) -> Scope:
    """As the system, on the data of `org`."""
    return Scope(org, DEFAULT_PROJECT, "production", _JOB)


class Retention:
    """The retention of every org."""

    def __init__(self, database: Database, holds: Holds, retained: Sequence[Retained]) -> None:
        self._database = database
        self._holds = holds
        self.retained = {each.about.key: each for each in retained}

    async def state(self, work: Work) -> RetentionState:
        """Every class with its days and what there is of it."""
        return await self._shown(work, await RuleStore(work).all())

    async def change(self, work: Work, wanted: RetentionChange) -> RetentionState:
        """Set days, or with `dry_run` only say what that would delete at once."""
        store, now = RuleStore(work), time.time()
        rules, changed = await store.all(), dict[str, int | None]()
        for key, days in wanted.days.items():
            about = self._about(key)
            rules.pop(key, None)
            if days != "default":
                rules[key] = _checked(about, days)
            changed[key] = _days(about, rules)
            if not wanted.dry_run and days == "default":
                await store.delete(key)
            elif not wanted.dry_run:
                await store.put(key, rules[key], now)
        state = await self._shown(work, rules)
        state.dry_run = wanted.dry_run
        if wanted.dry_run:
            await self._foresee(work, state, changed)
        return state

    async def apply(self, org: OrgId, *, due: float, seconds: float | None) -> Applied | None:
        """Delete what is too old, for at most `seconds`; None: it was done after `due`, or is now.

        Raises `OnHold` if the org must keep everything.
        """
        scope, deadline = system_scope(org), None if seconds is None else time.monotonic() + seconds
        if not await self._claim(scope, due):
            return None
        deleted: dict[str, int] = {}
        try:
            async with self._database.read(scope) as work:
                rules = await RuleStore(work).all()
            finished = True
            for key, each in self.retained.items():
                days = _days(each.about, rules)
                if days is not None:
                    rows, is_over = await self._expire(scope, each, days, deadline)
                    deleted[key], finished = rows, finished and is_over
        except BaseException:
            async with self._database.begin(scope) as work:
                await RoundStore(work).give_up()
            raise
        now = time.time()
        async with self._database.begin(scope) as work:
            await RoundStore(work).finish(now, deleted)
        return Applied(deleted=deleted, finished=finished)

    async def apply_now(self, scope: Scope, seconds: float) -> Applied:
        """`apply` because somebody asks for it."""
        applied = await self.apply(scope.org, due=time.time(), seconds=seconds)
        if applied is None:
            raise RetentionBusy(
                "Retention is being applied at this moment. Look again in a minute."
            )
        return applied

    async def _claim(self, scope: Scope, due: float) -> bool:
        now = time.time()
        async with self._database.begin(scope) as work:
            await require_no_hold(work)
            return await RoundStore(work).claim(now, now + _LEASE_SECONDS, due)

    async def _expire(
        self, scope: Scope, each: Retained, days: int, deadline: float | None
    ) -> tuple[int, bool]:
        """How many rows went, and whether that was all."""
        before, deleted = time.time() - days * DAY_SECONDS, 0
        while True:
            async with self._database.begin(scope) as work:
                await require_no_hold(work)
                expired = await each.expire(work, before, each.about.batch)
                if expired.rows:
                    await RoundStore(work).renew(time.time() + _LEASE_SECONDS)
            if expired.afterwards is not None:
                await expired.afterwards()
            deleted += expired.rows
            if not expired.rows:
                return deleted, True
            if deadline is not None and time.monotonic() > deadline:
                return deleted, False

    async def _shown(self, work: Work, rules: Mapping[str, int | None]) -> RetentionState:
        items = [await _one(work, each, rules) for each in self.retained.values()]
        done = await RoundStore(work).get()
        return RetentionState(
            items=items,
            hold=await self._holds.get(work),
            applied_at=None if done is None else done.applied_at or None,
            deleted={} if done is None else json.loads(done.deleted),
        )

    async def _foresee(
        self, work: Work, state: RetentionState, changed: Mapping[str, int | None]
    ) -> None:
        now = time.time()
        for item in state.items:
            if item.key in changed:
                days = changed[item.key]
                before = None if days is None else now - days * DAY_SECONDS
                each = self.retained[item.key]
                item.would_delete = 0 if before is None else await each.due(work, before)

    def _about(self, key: str) -> DataClass:
        if key not in self.retained:
            known = ", ".join(self.retained)
            raise BadRetention(
                f"There is no class of data `{key[:80]}`. There are: {known}.", field="days"
            )
        return self.retained[key].about


def _checked(about: DataClass, days: Days) -> int | None:
    if days == "forever":
        if about.may_stay:
            return None
        raise BadRetention(
            f"`{about.key}` can't be kept for ever: give at most {about.most} days.", field="days"
        )
    if not (isinstance(days, int) and about.least <= days <= about.most):
        raise BadRetention(
            f"`{about.key}` is kept for {about.least} to {about.most} days.", field="days"
        )
    return days


def _days(about: DataClass, rules: Mapping[str, int | None]) -> int | None:
    return rules.get(about.key, about.days)


async def _one(work: Work, each: Retained, rules: Mapping[str, int | None]) -> RetentionShown:
    about, held = each.about, await each.held(work)
    return RetentionShown(
        key=about.key,
        title=about.title,
        description=about.says,
        days=_days(about, rules),
        default_days=about.days,
        is_default=about.key not in rules,
        least_days=about.least,
        most_days=about.most,
        may_stay=about.may_stay,
        rows=held.rows,
        oldest=held.oldest,
    )
