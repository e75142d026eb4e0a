"""The gate: every effect of every run passes it.

Admitting a call is journaled: the ruling, the question to a person, their answer. The call
that comes out is the exact one that was ruled on, with the arguments that it was hashed by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cadre.engine.approvals import (
    Approvals,
    ExactCall,
    MalformedArguments,
    Verdict,
    exact_call,
    read_call,
)
from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.question import Question
from cadre.engine.gate.rules import GateRule, decide
from cadre.engine.gate.schemas import Ruling
from cadre.engine.gate.store import RuleStore
from cadre.engine.runs import ActiveRun, Safety
from cadre.engine.tools import Toolbox
from cadre.infra.database import Database, Work
from cadre.kernel.errors import NotFound
from cadre.kernel.messages import Json, ToolCall


@dataclass(frozen=True, slots=True)
class Admitted:
    """The call may be carried out, exactly so. `note` is for the model, if a person changed it."""

    call: ExactCall
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The call may not be carried out; `message` tells the model."""

    message: str
    effect: str = field(default="deny")


class Gate:
    """Rules of orgs and agents, and the way through for a call."""

    def __init__(self, database: Database, toolbox: Toolbox, approvals: Approvals) -> None:
        self._database = database
        self._toolbox = toolbox
        self._approvals = approvals

    async def rules(self, work: Work) -> list[GateRule]:
        """The org's own rules."""
        return await RuleStore(work).read()

    async def put_rules(self, work: Work, rules: list[GateRule]) -> None:
        """Replace the org's rules."""
        await RuleStore(work).write(rules)

    async def explain(self, work: Work, call: ToolCall, mandate: Mandate) -> Ruling:
        """Rule on `call` without doing anything."""
        return self._rule(call, mandate, await self.rules(work))

    async def admit(
        self, run: ActiveRun, key: str, wanted: ToolCall, mandate: Mandate
    ) -> Admitted | Refused:
        """Let `wanted` through, ask a person, or refuse it. `key` is its place in the run."""
        ruling = await self._journal_ruling(run, f"gate/{key}", wanted, mandate)
        if ruling.effect in {"deny", "error"} or ruling.arguments is None:
            return _refusal(ruling)
        call = exact_call(wanted.name, ruling.arguments)
        if ruling.effect == "allow":
            return Admitted(call)
        question = Question(self._approvals, run, key, call, ruling.reason, mandate)
        verdict = await question.verdict()
        if verdict.status == "approved" and verdict.call_hash == call.hash:
            return Admitted(call)
        if verdict.status == "edited" and verdict.arguments is not None:
            return await self._admit_edited(run, key, wanted, verdict, mandate)
        return Refused(_not_approved(verdict))

    async def _admit_edited(
        self, run: ActiveRun, key: str, wanted: ToolCall, verdict: Verdict, mandate: Mandate
    ) -> Admitted | Refused:
        """An edited call is a new one: the rules see it too, and what they deny stays denied."""
        edited = exact_call(wanted.name, verdict.arguments)
        new = ToolCall(id=wanted.id, name=wanted.name, arguments=edited.text)
        ruling = await self._journal_ruling(run, f"gate/{key}/edited", new, mandate)
        if ruling.effect in {"deny", "error"}:
            return _refusal(ruling)
        if verdict.call_hash != edited.hash:
            return Refused("The edited call is not the one that was approved.")
        changed = f"{verdict.decided_by} changed the arguments of this call to {edited.text}"
        return Admitted(edited, f"{changed}{_because(verdict)}.")

    async def _journal_ruling(
        self, run: ActiveRun, key: str, wanted: ToolCall, mandate: Mandate
    ) -> Ruling:
        async def rule(_: object) -> Json:
            async with self._database.read(run.scope) as work:
                ruling = await self.explain(work, wanted, mandate)
            return ruling.model_dump(mode="json", exclude_none=True)

        output = await run.step(
            key,
            rule,
            kind="gate",
            name=wanted.name,
            input={"arguments": wanted.arguments},
            safety=Safety.READ_ONLY,
        )
        return Ruling.model_validate(output)

    def _rule(self, wanted: ToolCall, mandate: Mandate, org: Sequence[GateRule]) -> Ruling:
        """Read the call, then decide it."""
        if wanted.name not in mandate.tools:
            has = ", ".join(mandate.tools) or "none"
            return _error(wanted, f"There is no tool `{wanted.name}` here. You have: {has}.")
        try:
            tool = self._toolbox.get(wanted.name)
            call = read_call(wanted.name, wanted.arguments)
        except (NotFound, MalformedArguments) as error:
            return _error(wanted, error.detail)
        if faults := self._toolbox.validate(tool, call.arguments):
            return _error(wanted, f"The arguments don't fit {tool.name}: {'; '.join(faults)}")
        decision = decide(tool, call, org=org, layers=mandate.layers, tainted=mandate.tainted)
        return Ruling(
            effect=decision.effect,
            reason=decision.reason,
            tool=call.tool,
            arguments=call.arguments,
            call_hash=call.hash,
            source=decision.source,
            rule=decision.rule,
            tainted=mandate.tainted,
        )


def _error(wanted: ToolCall, reason: str) -> Ruling:
    return Ruling(effect="error", reason=reason, tool=wanted.name)


def _refusal(ruling: Ruling) -> Refused:
    if ruling.effect == "error":
        return Refused(ruling.reason, "error")
    return Refused(f"Not permitted: {ruling.reason} Find another way, or say that you can't.")


def _not_approved(verdict: Verdict) -> str:
    if verdict.status == "expired":
        return "Nobody approved this call in time, so it was not carried out."
    return f"{verdict.decided_by} did not approve this call, so it was not carried out{_because(verdict)}."


def _because(verdict: Verdict) -> str:
    return f": {verdict.note.rstrip('.')}" if verdict.note else ""
