"""A call that a person has to be asked about: the question, the wait, the verdict, journaled."""

from dataclasses import dataclass

from cadre.engine.approvals import Approvals, ExactCall, Verdict, signal_name
from cadre.engine.gate.mandate import Mandate
from cadre.engine.runs import ActiveRun, Safety
from cadre.kernel.ids import ApprovalId, RunId
from cadre.kernel.messages import Json


@dataclass(frozen=True, slots=True)
class Question:
    """About `call` at the place `key` of `run`."""

    approvals: Approvals
    run: ActiveRun
    key: str
    call: ExactCall
    reason: str
    mandate: Mandate

    async def verdict(self) -> Verdict:
        """Wait until a person has decided or time is over. Mere news is not an answer."""
        number = 0
        while True:
            place = self._place(number)
            number += 1
            asked = await self._request(place)
            approval = ApprovalId(asked["approval_id"])
            if asked["run_id"] == self.run.id:
                verdict = await self._answered(place, approval, asked["expires_at"])
            else:
                verdict = await self._inherited(place, approval, self._place(number))
            if verdict is not None and verdict.status != "pending":
                return verdict

    def _place(self, number: int) -> str:
        return f"approval/{self.key}" if number == 0 else f"approval/{self.key}/{number}"

    async def _answered(self, place: str, approval: ApprovalId, until: float) -> Verdict:
        await self.run.wait(
            signal_name(approval),
            key=f"{place}/wait",
            reason=f"A person has to approve {self.call.tool}",
            until=until,
        )
        return await self._take(place, approval)

    async def _inherited(self, place: str, approval: ApprovalId, following: str) -> Verdict | None:
        """What a fork or a replay may make of a question that another run asked.

        A no stays a no. A yes was for that run: it counts here only as history, where the
        call that it allowed is in the journal too.
        """
        recorded = self.mandate.recorded
        if f"{place}/verdict" not in recorded:
            return None
        verdict = await self._take(place, approval)
        if verdict.status not in {"approved", "edited"}:
            return verdict
        if self.run.is_replay:
            is_history = f"{following}/request" not in recorded
        else:
            is_history = f"tool/{self.key}" in recorded
        return verdict if is_history else None

    async def _request(self, place: str) -> dict[str, Json]:
        async def request(_: object) -> Json:
            approval = await self.approvals.request(
                self.run.scope,
                run_id=RunId(self.run.id),
                agent=self.mandate.agent,
                key=self.key,
                call=self.call,
                reason=self.reason,
            )
            expires_at = approval.expires_at
            return {"approval_id": approval.id, "run_id": self.run.id, "expires_at": expires_at}

        shown = {"arguments": self.call.arguments, "call_hash": self.call.hash}
        return await self.run.step(
            f"{place}/request",
            request,
            kind="approval",
            name=self.call.tool,
            input={**shown, "reason": self.reason},
            safety=Safety.IDEMPOTENT,
        )

    async def _take(self, place: str, approval: ApprovalId) -> Verdict:
        async def take(_: object) -> Json:
            verdict = await self.approvals.take(
                self.run.scope, approval, key=self.key, call=self.call
            )
            return verdict.model_dump(mode="json")

        output = await self.run.step(
            f"{place}/verdict",
            take,
            kind="approval",
            name=self.call.tool,
            input={"approval_id": approval},
            safety=Safety.IDEMPOTENT,
        )
        return Verdict.model_validate(output)
