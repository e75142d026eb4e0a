"""Approvals: a person answers whether a run may carry out one exact call.

The row is the truth and the signal only wakes the run, which then reads the row: a forged
signal opens nothing. An approval's id follows from the run, the place in it and the hash
of the call, so it fits no other call and is used once.

Methods take a scope and commit by themselves, as those of `Runs` do: a decision must be
durable before the run is told of it.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace

from cadre.engine.approvals.call import ExactCall, exact_call
from cadre.engine.approvals.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalMismatch,
    ApprovalNotFound,
)
from cadre.engine.approvals.schemas import Approval, ApprovalStatus, Decision, Verdict
from cadre.engine.approvals.store import ApprovalStore, EveryOrg, position_of
from cadre.engine.runs import ENDED, Runs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.errors import Denied, Invalid
from cadre.kernel.events import ApprovalChanged
from cadre.kernel.ids import ApprovalId, OrgId, RunId
from cadre.kernel.paging import Page
from cadre.kernel.scope import ALL_ORGS, Scope

WEEK_SECONDS = 7 * 86_400.0

_DECIDED: dict[str, ApprovalStatus] = {"approve": "approved", "deny": "denied", "edit": "edited"}


def approval_id(run_id: RunId, call_key: str, call_hash: str) -> ApprovalId:
    """The one approval that fits this call at this place of this run."""
    digest = hashlib.sha256(f"{run_id}\n{call_key}\n{call_hash}".encode()).hexdigest()
    return ApprovalId(f"apr_{digest[:32]}")


def signal_name(approval: ApprovalId) -> str:
    """What the run waits for. Never accepted from a public route."""
    return f"approval:{approval}"


class Approvals:
    """Questions, decisions, and telling runs of them."""

    def __init__(
        self, database: Database, runs: Runs, bus: Bus, *, expires_seconds: float = WEEK_SECONDS
    ) -> None:
        self._database = database
        self._runs = runs
        self._bus = bus
        self._expires_seconds = expires_seconds

    async def request(
        self,
        scope: Scope,
        *,
        run_id: RunId,
        agent: str | None,
        key: str,
        call: ExactCall,
        reason: str,
    ) -> Approval:
        """Ask about `call`, which `run_id` wants to make at `key`. Asking again changes nothing."""
        now = time.time()
        wanted = Approval(
            id=approval_id(run_id, key, call.hash),
            run_id=run_id,
            agent=agent,
            call_key=key,
            tool=call.tool,
            arguments=call.arguments,
            call_hash=call.hash,
            reason=reason,
            status="pending",
            requested_at=now,
            expires_at=now + self._expires_seconds,
        )
        async with self._database.begin(scope) as work:
            store = ApprovalStore(work)
            if (known := await store.get(wanted.id)) is not None:
                return known
            await store.add(wanted)
        self._publish(scope.org, wanted)
        return wanted

    async def decide(self, scope: Scope, approval: str, decision: Decision) -> Approval:
        """Answer. Answering the same again is the same answer; another one is refused."""
        if scope.principal.kind == "agent":
            raise Denied("An agent can't approve calls. A person has to.")
        async with self._database.begin(scope) as work:
            asked = await self._settle(ApprovalStore(work), scope, approval, decision)
        if asked.status == "expired":
            raise ApprovalExpired(
                "This call was not decided in time, so the run has gone on without it."
            )
        await self.tell(scope, asked)
        return asked

    async def tell(self, scope: Scope, decided: Approval) -> None:
        """Wake the run of a decided approval, and say so to whoever watches."""
        data = {"approval_id": decided.id, "status": decided.status, "by": decided.decided_by}
        name = signal_name(decided.id)
        await self._runs.signal(scope, decided.run_id, key=decided.id, name=name, data=data)
        async with self._database.begin(scope) as work:
            await ApprovalStore(work).mark_told(decided.id, time.time())
        self._publish(scope.org, decided)

    async def take(
        self, scope: Scope, approval: ApprovalId, *, key: str, call: ExactCall
    ) -> Verdict:
        """The decision on `call` at `key`, for the run that asked. A pending one may expire here."""
        async with self._database.begin(scope) as work:
            store = ApprovalStore(work)
            asked = await self._found(store, approval)
            if asked.call_key != key or asked.call_hash != call.hash:
                raise ApprovalMismatch("This approval is for another call.")
            asked = await self._expire(store, asked)
            if asked.status in {"approved", "edited"}:
                await store.mark_used(asked.id, time.time())
            edited_hash = await store.edited_hash(asked.id)
        if asked.status == "expired":
            self._publish(scope.org, asked)
        is_edited = asked.status == "edited"
        return Verdict(
            status=asked.status,
            arguments=asked.edited_arguments if is_edited else asked.arguments,
            call_hash=edited_hash if is_edited else asked.call_hash,
            decided_by=asked.decided_by,
            note=asked.note,
        )

    async def get(self, scope: Scope, approval: str) -> Approval:
        async with self._database.read(scope) as work:
            return _shown(await self._found(ApprovalStore(work), approval))

    async def listing(
        self,
        scope: Scope,
        *,
        statuses: Sequence[ApprovalStatus] = (),
        run_id: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Approval]:
        """The inbox, newest first."""
        async with self._database.read(scope) as work:
            found = await ApprovalStore(work).listing(
                statuses=statuses, run_id=run_id, cursor=cursor, limit=limit + 1
            )
        page = found[:limit]
        shown = [_shown(one) for one in page]
        return Page[Approval](
            items=[one for one in shown if not statuses or one.status in statuses],
            next=position_of(page[-1]) if len(found) > limit else None,
        )

    async def withdraw(self, scope: Scope, run_id: RunId) -> None:
        """The run has ended: nobody has to answer its questions any more."""
        async with self._database.read(scope) as work:
            pending = await ApprovalStore(work).pending_of(run_id)
        if not pending:  # nearly always: not worth a transaction that writes
            return
        async with self._database.begin(scope) as work:
            for approval in pending:
                await ApprovalStore(work).settle(approval, "expired", note="The run ended first.")
        for approval in pending:
            self._bus.publish(ApprovalChanged(scope.org, run_id, approval, "expired"))

    async def withdraw_all(self, scope: Scope) -> None:
        """Withdraw for every run that ended unnoticed; `scope` stands in for every org's."""
        async with self._database.read(replace(scope, org=ALL_ORGS)) as work:
            asking = await EveryOrg(work).asking_runs()
        for org, run_id in asking:
            own = replace(scope, org=OrgId(org))
            if (await self._runs.get(own, RunId(run_id))).status in ENDED:
                await self.withdraw(own, RunId(run_id))

    async def tell_again(self, scope: Scope, *, decided_before: float) -> int:
        """Tell runs of decisions that they may have missed; `scope` stands in for every org's."""
        async with self._database.read(replace(scope, org=ALL_ORGS)) as work:
            untold = await EveryOrg(work).untold(decided_before)
        for org, decided in untold:
            await self.tell(replace(scope, org=OrgId(org)), decided)
        return len(untold)

    async def _settle(
        self, store: ApprovalStore, scope: Scope, approval: str, decision: Decision
    ) -> Approval:
        asked = await self._expire(store, await self._found(store, approval))
        if decision.call_hash != asked.call_hash:
            raise ApprovalMismatch(
                "This decision is about another call than the one that waits. Look at it again."
            )
        status = _DECIDED[decision.decision]
        edited = _edited(asked, decision)
        if asked.status == "pending":
            await store.settle(
                asked.id,
                status,
                by=scope.principal.name,
                at=time.time(),
                note=decision.note,
                edited=(edited.text, edited.hash) if edited else None,
            )
            asked = await self._found(store, approval)
        is_same = asked.status == status and (
            edited is None or edited.hash == await store.edited_hash(asked.id)
        )
        if is_same or asked.status == "expired":
            return asked
        raise ApprovalDecided(f"{asked.decided_by} has decided before you: {asked.status}.")

    async def _found(self, store: ApprovalStore, approval: str) -> Approval:
        found = await store.get(approval)
        if found is None:
            raise ApprovalNotFound(f"There is no approval {approval}.")
        return found

    async def _expire(self, store: ApprovalStore, asked: Approval) -> Approval:
        shown = _shown(asked)
        if shown.status != asked.status:
            await store.settle(asked.id, "expired")
        return shown

    def _publish(self, org: OrgId, approval: Approval) -> None:
        self._bus.publish(ApprovalChanged(org, approval.run_id, approval.id, approval.status))


def _shown(asked: Approval) -> Approval:
    """A pending approval whose time is over is expired, whether or not its row says so yet."""
    if asked.status == "pending" and asked.expires_at <= time.time():
        return asked.model_copy(update={"status": "expired"})
    return asked


def _edited(asked: Approval, decision: Decision) -> ExactCall | None:
    if decision.decision != "edit":
        if decision.arguments is not None:
            raise Invalid('Only the decision "edit" takes arguments.', field="arguments")
        return None
    if decision.arguments is None:
        raise Invalid("Give the new `arguments` of the call.", field="arguments")
    return exact_call(asked.tool, decision.arguments)
