"""Limits: whether a request may go on, by the rules of its org."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from cadre.infra.database import Database, Work
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.limits.counts import Counted, Counts
from cadre.trust.limits.decision import Decision
from cadre.trust.limits.errors import RuleNotFound
from cadre.trust.limits.rule import ALL, DEFAULTS, Endpoints, Rule, SubjectKind, check_subject
from cadre.trust.limits.schemas import LimitRule, LimitRules, Used
from cadre.trust.limits.shared import SharedCounts
from cadre.trust.limits.store import LimitStore, rules_of_all

_TOPIC = "limits"
_LOOK_SECONDS = 0.25
_RELOAD_SECONDS = 1.0
_ALONE_SECONDS = 10.0
_MOST_SHOWN = 500
_SYSTEM = Scope(ALL_ORGS, DEFAULT_PROJECT, "*", Principal("system", "limits", "Limits"))
_log = get_logger("limits")

# How many requests a minute orgs may make in all, by org; for a work of all orgs.
PerMinute = Callable[[Work], Awaitable[Mapping[str, int]]]


async def _as_many_as_they_like(_work: Work) -> Mapping[str, int]:
    return {}


class Limits:
    """Counts requests: in this process, or with `shared` together with all others."""

    def __init__(
        self,
        database: Database,
        shared: SharedCounts | None = None,
        clock: Callable[[], float] = time.monotonic,
        per_minute: PerMinute = _as_many_as_they_like,
    ) -> None:
        self._database = database
        self._counts = Counts(clock)
        self._shared = shared
        self._per_minute = per_minute
        self._mark = -1
        self._alone_until = 0.0

    async def open(self) -> None:
        """Read the rules of all orgs."""
        await self._reload()

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()

    async def run(self) -> None:
        """Keep the rules up to date until cancelled: ours at once, other processes' in a second."""
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            is_due = time.monotonic() - looked_at > _RELOAD_SECONDS
            if is_due or self._database.mark(_TOPIC) != self._mark:
                looked_at = time.monotonic()
                with suppress(Exception):  # the database may be away: the rules stay as they were
                    await self._reload()
                    self._counts.sweep()

    async def check(
        self, endpoints: Endpoints, org: OrgId, subjects: Mapping[SubjectKind, str]
    ) -> Decision:
        """Count a request of all `subjects` (a kind and an id), or refuse it and count nothing."""
        if self._database.mark(_TOPIC) != self._mark:
            await self._reload()
        counted = [Counted(org, kind, id_, endpoints) for kind, id_ in subjects.items()]
        if "org" in subjects:
            counted.append(Counted(org, "org", org, ALL))
        if self._shared is None or time.monotonic() < self._alone_until:
            return self._counts.hit(counted)
        rules = [(each, rule) for each in counted if (rule := self._counts.rule(each))]
        try:
            return await self._shared.hit(rules)
        except Exception as error:  # whatever Redis, its client and the network come up with
            self._alone_until = time.monotonic() + _ALONE_SECONDS
            _log.warning("limits_counted_alone", reason=str(error)[:300], seconds=_ALONE_SECONDS)
            return self._counts.hit(counted)

    @property
    def is_shared(self) -> bool:
        """Whether other processes count too: then `check` is to be asked, not `hit`."""
        return self._shared is not None

    def hit(self, key_id: str, org: str) -> Decision:
        """Count a call through the gateway with the key `key_id`, in this process alone."""
        return self._counts.hit(
            (
                Counted(org, "key", key_id, "gateway"),
                Counted(org, "org", org, "gateway"),
                Counted(org, "org", org, ALL),
            )
        )

    async def rules(self, work: Work) -> LimitRules:
        """What applies to the org of the work: its own rules, and the defaults besides."""
        own = await LimitStore(work).rules()
        merged: dict[tuple[str, str], Rule] = {**DEFAULTS, **own}
        items = [
            LimitRule.model_validate(
                {
                    "subject": subject,
                    "endpoints": endpoints,
                    **rule._asdict(),
                    "is_default": (subject, endpoints) not in own,
                }
            )
            for (subject, endpoints), rule in sorted(merged.items())
        ]
        return LimitRules(items=items)

    async def put(self, work: Work, subject: str, endpoints: Endpoints, rule: Rule) -> LimitRule:
        """Limit `subject` from the next request on."""
        check_subject(subject)
        work.touch(_TOPIC)
        await LimitStore(work).put(subject, endpoints, rule)
        return LimitRule(subject=subject, endpoints=endpoints, **rule._asdict(), is_default=False)

    async def delete(self, work: Work, subject: str, endpoints: Endpoints) -> None:
        """Forget a rule of the org; the default counts again."""
        work.touch(_TOPIC)
        if not await LimitStore(work).delete(subject, endpoints):
            raise RuleNotFound("The organisation has no such rule. See `GET /api/v1/limits`.")

    def used(self, org: OrgId) -> list[Used]:
        """What counts now, the fullest window first."""
        found = [
            Used(
                subject=f"{counted.kind}:{counted.id}" if counted.kind != "org" else "org",
                endpoints=counted.endpoints,
                used=round(used),
                requests=rule.requests,
                seconds=rule.seconds,
            )
            for counted, rule, used in self._counts.used(org)
        ]
        found.sort(key=lambda each: each.used / max(1, each.requests), reverse=True)
        return found[:_MOST_SHOWN]

    async def _reload(self) -> None:
        mark = self._database.mark(_TOPIC)
        async with self._database.read(_SYSTEM) as work:
            rules, per_minute = await rules_of_all(work), await self._per_minute(work)
        self._counts.set_rules(rules, per_minute)
        self._mark = mark
