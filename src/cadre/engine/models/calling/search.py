"""Search: goes through the targets until one of them begins to answer.

Several tasks may search side by side: a target is held by one of them at a time, and the
budgets of attempts and seconds are shared.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic

from cadre.engine.models.calling.attempt import OpenAttempt, Rivalry
from cadre.engine.models.calling.breaker import Breaker, Breakers
from cadre.engine.models.calling.faults import fault_of
from cadre.engine.models.calling.policy import CallPolicy
from cadre.engine.models.calling.targets import Attempt, Item, OnAttempt, Target
from cadre.engine.models.calling.verdict import Failure, verdict
from cadre.engine.models.errors import ContextTooLong
from cadre.kernel.errors import CadreError


class _Candidate:
    """A target of this call: how often it failed, and from when on it may be asked again."""

    __slots__ = ("breaker", "failures", "first_tried", "is_held", "is_out", "ready_at", "target")

    def __init__(self, target: Target, breaker: Breaker) -> None:
        self.target = target
        self.breaker = breaker
        self.failures = 0
        self.first_tried: float | None = None
        self.ready_at = 0.0
        self.is_out = False
        self.is_held = False


class Search(Generic[Item]):
    """The state of one call until its first item."""

    def __init__(
        self,
        targets: Sequence[Target],
        attempt: Attempt[Item],
        *,
        policy: CallPolicy,
        breakers: Breakers,
        report: OnAttempt,
        now: Callable[[], float],
    ) -> None:
        self._candidates = [_Candidate(target, breakers.of(target)) for target in targets]
        self._attempt: Attempt[Item] = attempt
        self._policy = policy
        self._report = report
        self._now = now
        self._started = now()
        self._deadline = self._started + policy.total_seconds
        self._attempts = 0
        self._failures: list[Failure] = []
        self.rivalry = Rivalry()

    async def begin(self, *, is_hedge: bool = False) -> OpenAttempt[Item] | None:
        """Return an attempt that has begun, or None when nobody is left to be asked.

        Raises the error of a request that nobody else is to be shown.
        """
        held: _Candidate | None = None
        try:
            while (held := self._choose(held)) is not None:
                pause = held.ready_at - self._now()
                if pause > 0:
                    await asyncio.sleep(pause)
                begun = await self._try(held, is_hedge=is_hedge)
                if begun is not None:
                    return begun
        finally:
            if held is not None:
                held.is_held = False
        return None

    def error(self) -> CadreError:
        """Why nobody answered."""
        return verdict(self._failures)

    def _choose(self, held: _Candidate | None) -> _Candidate | None:
        if held is not None:
            held.is_held = False
        if self._attempts >= self._policy.attempts or self._now() >= self._deadline:
            return None
        chosen = held if held is not None and self._may_linger(held) else self._next()
        if chosen is None or chosen.ready_at >= self._deadline:
            return None
        chosen.is_held = True
        return chosen

    def _may_linger(self, held: _Candidate) -> bool:
        if held.is_out or held.first_tried is None:
            return False
        return held.ready_at - held.first_tried <= self._policy.linger_seconds

    def _next(self) -> _Candidate | None:
        """Of those that are ready the one with the fewest failures, else the soonest ready."""
        free = [one for one in self._candidates if not one.is_out and not one.is_held]
        if len(free) <= 1:
            return free[0] if free else None
        now = self._now()
        ready = [one for one in free if one.ready_at <= now]
        if ready:
            return min(ready, key=lambda one: one.failures)
        return min(free, key=lambda one: one.ready_at)

    async def _try(self, one: _Candidate, *, is_hedge: bool) -> OpenAttempt[Item] | None:
        permit = one.breaker.enter()
        if permit is None:
            self._refused(one)
            return None
        now = self._now()
        if one.first_tried is None:
            one.first_tried = now
        self._attempts += 1
        opened = OpenAttempt(
            one.target, self._attempt, permit, self._report, self._now, is_hedge=is_hedge
        )
        seconds = min(self._policy.first_item_seconds, self._deadline - now)
        try:
            await opened.begin(seconds, self.rivalry)
        except CadreError as error:
            self._failed(one, error)
            return None
        return opened

    def _failed(self, one: _Candidate, error: CadreError) -> None:
        self._failures.append(Failure(one.target, error))
        fault = fault_of(error)
        if not fault.elsewhere and not self._policy.retries_refused_elsewhere:
            raise error
        if isinstance(error, ContextTooLong):
            self._leave_only_larger(one.target)
        one.failures += 1
        self._come_back(one, self._policy.retries.pause_seconds(one.failures, error))

    def _refused(self, one: _Candidate) -> None:
        """Its circuit is open. Others are asked at once; without others it is waited for."""
        retries, error = self._policy.retries, one.breaker.refusal()
        self._failures.append(Failure(one.target, error, was_asked=False))
        now, wait = self._now(), one.breaker.opens_in_seconds
        patient_until = self._started + self._policy.open_circuit_seconds
        if one.breaker.is_blocked:
            patient_until = now + retries.longest_retry_after_seconds
        is_soon = now + wait <= patient_until
        self._come_back(one, wait + retries.jitter_seconds(1) if is_soon else None)

    def _come_back(self, one: _Candidate, pause: float | None) -> None:
        if pause is None:
            one.is_out = True
        else:
            one.ready_at = self._now() + pause

    def _leave_only_larger(self, target: Target) -> None:
        for other in self._candidates:
            theirs, least = other.target.context_tokens, target.context_tokens
            other.is_out |= theirs is None or (least is not None and theirs <= least)
