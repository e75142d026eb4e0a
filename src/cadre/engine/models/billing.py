"""Billing: from the attempts of one call to its one line in the ledger.

Every attempt that used something is paid, whichever of them won, and whether or not anybody
was still there to take its answer.
"""

import asyncio
import time
from collections.abc import Mapping
from decimal import Decimal

from cadre.engine.models.calling import AttemptOutcome
from cadre.engine.models.targets import Plan, Target
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import new_id
from cadre.kernel.messages import Usage
from cadre.trust.budgets import Spender
from cadre.trust.usage import UsageKind, UsageRecord, UsageStatus

_KINDS: Mapping[str, UsageKind] = {
    "embedding": "embedding",
    "speech": "speech",
    "transcription": "transcription",
}


class Bill:
    """What one call has come to so far; `is_whole` once an answer came to its own end."""

    def __init__(self, spender: Spender, plan: Plan) -> None:
        self._spender = spender
        self._plan = plan
        self._targets = {target.name: target for target in plan.targets}
        self._last: Target = plan.targets[0]
        self._used: Usage | None = None
        self._attempts = 0
        self._began = time.time()
        self._began_clock = time.monotonic()
        self._first_item: float | None = None
        self._status: UsageStatus = "ok"
        self._error_code: str | None = None
        self._is_hit = False
        self._saved_usd: Decimal | None = None
        self.is_whole = False

    def attempted(self, outcome: AttemptOutcome) -> None:
        """One attempt has ended."""
        target = self._targets[outcome.target.name]
        self._attempts += 1
        has_won = outcome.first_item_seconds is not None and outcome.end != "lost"
        if has_won or self._first_item is None:
            self._last = target
        if has_won:
            self.is_whole = outcome.end == "complete" and not outcome.is_cut
        if outcome.usage is not None:
            used = outcome.usage
            if used.cost_usd is None:
                used.cost_usd = target.cost_usd(used)
            self._used = used if self._used is None else self._used + used

    @property
    def cost_usd(self) -> Decimal | None:
        """What all attempts so far have cost; None if a price is not known."""
        return Decimal(0) if self._used is None else self._used.cost_usd

    def found(self, saved_usd: Decimal | None) -> None:
        """The answer is known already; asking would have cost `saved_usd`."""
        self._is_hit = True
        self._saved_usd = saved_usd

    def began(self) -> None:
        """The first piece of the answer is here."""
        if self._first_item is None:
            self._first_item = time.monotonic() - self._began_clock

    def ended_by(self, error: BaseException) -> None:
        """The call did not end well."""
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            self._status = "cancelled"
        else:
            self._status = "error"
            code = error.code if isinstance(error, CadreError) else type(error).__name__
            self._error_code = code

    def record(self) -> UsageRecord:
        """The line in the ledger, once all attempts have ended."""
        plan, card, used = self._plan, self._last.card, self._used or Usage(cost_usd=Decimal(0))
        spender, scope = self._spender, self._spender.scope
        return UsageRecord(
            org=scope.org,
            project=scope.project,
            environment=scope.environment,
            user_id=spender.user_id,
            key_id=spender.key_id,
            agent=spender.agent,
            run_id=spender.run_id,
            via=spender.via,
            id=new_id("use"),
            at=self._began,
            provider=card.provider,
            model=card.id,
            kind=_KINDS.get(plan.call.ask.kind, "chat"),
            status=self._status,
            error_code=self._error_code,
            asked=plan.call.model,
            route=plan.route,
            input_tokens=used.input_tokens,
            cached_tokens=used.cached_tokens,
            cache_write_tokens=used.cache_write_tokens,
            output_tokens=used.output_tokens,
            reasoning_tokens=used.reasoning_tokens,
            characters=used.characters,
            seconds=used.seconds,
            images=used.images,
            searches=used.searches,
            cost_usd=used.cost_usd,
            first_token_ms=None if self._first_item is None else self._first_item * 1000,
            total_ms=(time.monotonic() - self._began_clock) * 1000,
            attempts=self._attempts,
            cache_hit=self._is_hit,
            saved_usd=self._saved_usd,
            request_id=plan.call.options.request_id,
        )
