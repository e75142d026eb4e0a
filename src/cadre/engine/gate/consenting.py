"""Consents in the place of a person: one that was given before may answer a call, journaled."""

from dataclasses import dataclass

from cadre.engine.approvals import ExactCall
from cadre.engine.gate.given import resource_of
from cadre.engine.gate.mandate import Mandate
from cadre.engine.runs import ActiveRun, Safety
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object
from cadre.trust.consent import Consents, Wanted


@dataclass(frozen=True, slots=True)
class Consenting:
    """Whether whoever began `run` has consented to `call` at the place `key`."""

    consents: Consents
    run: ActiveRun
    key: str
    call: ExactCall
    mandate: Mandate

    async def answers(self) -> bool:
        """True where a valid consent covers the call. One that holds once is used up by it."""
        found = await self._take(f"consent/{self.key}")
        is_own = found.get("run_id") == self.run.id
        # A consent that another run took counts here as history only, as an approval does.
        if is_own or self.run.is_replay or f"tool/{self.key}" in self.mandate.recorded:
            return found.get("consent_id") is not None
        again = await self._take(f"consent/{self.key}/{self.run.id}")
        return again.get("consent_id") is not None

    async def _take(self, place: str) -> dict[str, Json]:
        async def take(_: object) -> Json:
            wanted = Wanted(
                tool=self.call.tool,
                resource=resource_of(self.call.arguments),
                session_id=self.run.session_id,
                use=f"{self.run.id}/{place}",
            )
            return {
                "consent_id": await self.consents.take(self.run.scope, wanted),
                "run_id": self.run.id,
            }

        output = await self.run.step(
            place,
            take,
            kind="consent",
            name=self.call.tool,
            input={"call_hash": self.call.hash},
            safety=Safety.IDEMPOTENT,
        )
        return output if is_object(output) else {}
