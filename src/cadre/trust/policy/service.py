"""Policies: what decides whether a call is made. In doubt, and where anything breaks, it is not.

The shipped bundle decides together with the org's modules in force; with an OPA server, that
server decides in the place of the shipped bundle, and the strictest of both counts.
"""

from dataclasses import dataclass
from time import monotonic

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import OrgId
from cadre.kernel.paging import Page
from cadre.trust.policy.books import PolicyBook
from cadre.trust.policy.bundle import Bundle, Shipped, digest, read_shipped
from cadre.trust.policy.decision import Decision, denied, read_decision, strictest
from cadre.trust.policy.dry_run import compared, input_of, unreadable
from cadre.trust.policy.errors import EvaluationFailed
from cadre.trust.policy.given import PolicyInput
from cadre.trust.policy.interpreters import Interpreters
from cadre.trust.policy.log import DecisionLog
from cadre.trust.policy.opa import OpaServer
from cadre.trust.policy.ports import Composer
from cadre.trust.policy.schemas import (
    Draft,
    ExplainInput,
    KeptDecision,
    PolicyDryRun,
    PolicyExplanation,
)
from cadre.trust.policy.store import DecisionStore, PolicyStore, topic_of

_LOOK_SECONDS = 0.25
_MOST_ORGS = 1_000


@dataclass(frozen=True, slots=True)
class _InForce:
    """`own` are the (name, version) that `bundle` was made of; `version` is said in decisions."""

    mark: int
    looked_at: float
    own: tuple[tuple[str, int], ...]
    bundle: Bundle
    version: str


class Policies:
    """Decides. `composer`, where there is one, completes calls that are only imagined."""

    def __init__(
        self,
        database: Database,
        *,
        interpreters: Interpreters | None = None,
        opa: OpaServer | None = None,
        shipped: Shipped | None = None,
    ) -> None:
        self._database = database
        self._interpreters = interpreters or Interpreters()
        self._opa = opa
        self._shipped = shipped or read_shipped()
        self._version = self._shipped.bundle.key[:8]
        self._known: dict[OrgId, _InForce] = {}
        self.composer: Composer | None = None
        self.book = PolicyBook(self._shipped, self._interpreters)
        self.log = DecisionLog(database)

    async def decide(self, work: Work, given: PolicyInput) -> Decision:
        """Decide a call, and keep the decision for dry runs."""
        in_force = await self._in_force(work)
        decision = await self._evaluate(in_force.bundle, in_force.version, given)
        self.log.add(work.scope, given, decision)
        return decision

    async def would_decide(self, work: Work, given: PolicyInput) -> Decision:
        """The same for a call that nobody makes: nothing is kept."""
        in_force = await self._in_force(work)
        return await self._evaluate(in_force.bundle, in_force.version, given)

    async def explain(self, work: Work, asked: ExplainInput) -> PolicyExplanation:
        """What would be decided, and every rule that matched."""
        given = await self._input_of(work, asked)
        if asked.draft is None:
            return PolicyExplanation.of(await self.would_decide(work, given), given)
        bundle, version = await self._with(work, asked.draft)
        return PolicyExplanation.of(await self._evaluate(bundle, version, given), given)

    async def dry_run(self, work: Work, draft: Draft, limit: int) -> PolicyDryRun:
        """What of the org's last decisions would be otherwise with `draft` in force."""
        bundle, version = await self._with(work, draft)
        text, _ = await self.book.texts(work, draft)
        await self.book.check(draft.name, text, "")
        pairs: list[tuple[KeptDecision, Decision]] = []
        for row in await DecisionStore(work).newest(limit=limit):
            kept = KeptDecision.of(row)
            given = input_of(kept)
            after = await self._evaluate(bundle, version, given) if given else unreadable(kept)
            pairs.append((kept, after))
        return compared(pairs)

    async def decisions(
        self,
        work: Work,
        *,
        limit: int,
        cursor: str | None = None,
        effect: str | None = None,
        run_id: str | None = None,
    ) -> Page[KeptDecision]:
        """The org's decisions of lately, newest first."""
        rows = await DecisionStore(work).newest(
            limit=limit + 1, cursor=cursor, effect=effect, run_id=run_id
        )
        page = rows[:limit]
        return Page[KeptDecision](
            items=[KeptDecision.of(row) for row in page],
            next=page[-1].id if len(rows) > limit else None,
        )

    def close(self) -> None:
        """End the interpreters."""
        self._interpreters.close()

    async def _evaluate(self, bundle: Bundle, version: str, given: PolicyInput) -> Decision:
        asked = given.model_dump(mode="json")
        decisions: list[Decision] = []
        try:
            if self._opa is not None:
                decisions.append(read_decision(await self._opa.evaluate(asked), "opa"))
            if self._opa is None or not bundle.is_shipped:
                value = await self._interpreters.evaluate(bundle, asked)
                decisions.append(read_decision(value, version))
        except EvaluationFailed as error:
            return denied(str(error), version)
        return strictest(decisions)

    async def _in_force(self, work: Work) -> _InForce:
        """The org's policies; whether they have changed is looked at once in a moment."""
        org = work.scope.org
        known, mark = self._known.get(org), self._database.mark(topic_of(org))
        now = monotonic()
        if known is not None and known.mark == mark and now - known.looked_at < _LOOK_SECONDS:
            return known
        own = await PolicyStore(work).in_force()
        if known is not None and known.own == own:
            found = _InForce(mark, now, own, known.bundle, known.version)
        else:
            bundle = self._shipped.bundle.plus(await self.book.modules(work) if own else ())
            found = _InForce(mark, now, own, bundle, self._version_of(bundle))
        if len(self._known) >= _MOST_ORGS:
            self._known.clear()
        self._known[org] = found
        return found

    async def _with(self, work: Work, draft: Draft) -> tuple[Bundle, str]:
        bundle = self._shipped.bundle.plus(await self.book.modules(work, draft))
        return bundle, self._version_of(bundle)

    def _version_of(self, bundle: Bundle) -> str:
        if bundle.is_shipped:
            return self._version
        own = bundle.modules[len(self._shipped.bundle.modules) :]
        return f"{self._version}+{digest(part for one in own for part in (one.name, one.text))[:8]}"

    async def _input_of(self, work: Work, asked: ExplainInput) -> PolicyInput:
        if asked.input is not None and asked.call is None:
            return asked.input
        if asked.call is None or asked.input is not None:
            raise Invalid("Give one of `input` and `call`.", field="input")
        if self.composer is None:
            raise Invalid("Calls can't be composed here. Give the whole `input`.", field="call")
        return await self.composer.compose(work, asked.call)
