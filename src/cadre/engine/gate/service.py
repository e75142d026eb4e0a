"""The gate: every effect of every run passes it.

Admitting a call is journaled: the ruling, the question to a person, their answer. The call
that comes out is the exact one that was ruled on, with the arguments that it was hashed by.
"""

from dataclasses import dataclass, field

from cadre.engine.approvals import (
    Approvals,
    ExactCall,
    MalformedArguments,
    Verdict,
    exact_call,
    read_call,
)
from cadre.engine.gate.consenting import Consenting
from cadre.engine.gate.given import Standing, given_of
from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.ports import OwnersOnly, Starters
from cadre.engine.gate.question import Question
from cadre.engine.gate.rules import GateRule
from cadre.engine.gate.ruling import error_of, refusal_of, ruling_of
from cadre.engine.gate.schemas import Ruling
from cadre.engine.gate.store import RuleStore
from cadre.engine.gate.taint import Taints, told_of
from cadre.engine.runs import ActiveRun, Runs, Safety
from cadre.engine.tools import Tool, Toolbox
from cadre.infra.database import Database, Work
from cadre.kernel.errors import NotFound
from cadre.kernel.messages import Json, ToolCall
from cadre.trust.audit import AuditEntry, AuditLog
from cadre.trust.consent import Consents
from cadre.trust.policy import Decision, Policies, PolicyInput


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
    """Rules of orgs and agents, and the way through for a call.

    Without `policies`, those that ship with cadre decide. With `runs`, what the ancestors of a run
    have read counts for it too. `consents` may answer in the place of a person; what is asked or
    denied goes to `audit`.
    """

    def __init__(
        self,
        database: Database,
        toolbox: Toolbox,
        approvals: Approvals,
        policies: Policies | None = None,
        *,
        runs: Runs | None = None,
        consents: Consents | None = None,
        starters: Starters | None = None,
        audit: AuditLog | None = None,
    ) -> None:
        self._database = database
        self._toolbox = toolbox
        self._approvals = approvals
        self._policies = policies or Policies(database)
        self._taints = Taints(toolbox, runs)
        self._consents = consents
        self._starters = starters or OwnersOnly()
        self._audit = audit

    async def rules(self, work: Work) -> list[GateRule]:
        """The org's own rules."""
        return await RuleStore(work).read()

    async def put_rules(self, work: Work, rules: list[GateRule]) -> None:
        """Replace the org's rules."""
        await RuleStore(work).write(rules)

    async def explain(self, work: Work, call: ToolCall, mandate: Mandate) -> Ruling:
        """Rule on `call` without doing anything."""
        return await self._rule(work, call, mandate, _imagined(mandate), is_real=False)

    async def given(self, work: Work, call: ToolCall, mandate: Mandate) -> PolicyInput:
        """What the policies would be told of `call`, or raise what is wrong with it."""
        tool, exact = self._toolbox.get(call.name), read_call(call.name, call.arguments)
        org, standing = await self.rules(work), _imagined(mandate)
        grants = await self._starters.grants(work)
        return given_of(
            work.scope,
            exact,
            tool=tool,
            grants=grants,
            mandate=mandate,
            org=org,
            standing=standing,
        )

    async def admit(
        self, run: ActiveRun, key: str, wanted: ToolCall, mandate: Mandate
    ) -> Admitted | Refused:
        """Let `wanted` through, ask a person, or refuse it. `key` is its place in the run."""
        ruling = await self._journal_ruling(run, f"gate/{key}", wanted, mandate)
        if ruling.effect in {"deny", "error"} or ruling.arguments is None:
            return Refused(*refusal_of(ruling))
        call = exact_call(wanted.name, ruling.arguments)
        return await self._ask(run, key, wanted, call=call, ruling=ruling, mandate=mandate)

    async def _ask(
        self,
        run: ActiveRun,
        key: str,
        wanted: ToolCall,
        *,
        call: ExactCall,
        ruling: Ruling,
        mandate: Mandate,
    ) -> Admitted | Refused:
        """Let `call` pass by the ruling, by a consent that was given before, or by a person."""
        if ruling.effect == "allow":
            return Admitted(call)
        if ruling.consent and self._consents is not None:
            consenting = Consenting(self._consents, run, key, call, mandate)
            if await consenting.answers():
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
            return Refused(*refusal_of(ruling))
        if verdict.call_hash != edited.hash:
            return Refused("The edited call is not the one that was approved.")
        changed = f"{verdict.decided_by} changed the arguments of this call to {edited.text}"
        return Admitted(edited, f"{changed}{_because(verdict)}.")

    async def _journal_ruling(
        self, run: ActiveRun, key: str, wanted: ToolCall, mandate: Mandate
    ) -> Ruling:
        async def rule(_: object) -> Json:
            standing = Standing(run.id, *await self._taints.of(run, mandate))
            async with self._database.read(run.scope) as work:
                ruling = await self._rule(work, wanted, mandate, standing, is_real=True)
            await self._write_down(run, ruling)
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

    async def _write_down(self, run: ActiveRun, ruling: Ruling) -> None:
        """In the audit log, which sees what was not simply let through."""
        if self._audit is None or ruling.effect not in {"ask", "deny"}:
            return
        details = {"run": run.id, "reason": ruling.reason, "call_hash": ruling.call_hash}
        entry = AuditEntry.by(
            run.scope,
            f"gate.{ruling.effect}",
            f"tool:{ruling.tool}",
            result="refused" if ruling.effect == "deny" else "ok",
            details=details,
        )
        await self._audit.write(entry)

    async def _rule(
        self, work: Work, wanted: ToolCall, mandate: Mandate, standing: Standing, *, is_real: bool
    ) -> Ruling:
        """Read the call, then have it decided."""
        read = self._read(wanted, mandate)
        if isinstance(read, Ruling):
            return read
        tool, call = read
        org = await self.rules(work)
        grants = await self._starters.grants(work)
        given = given_of(
            work.scope,
            call,
            tool=tool,
            grants=grants,
            mandate=mandate,
            org=org,
            standing=standing,
        )
        decision = await self._decide(work, given, is_real=is_real)
        return ruling_of(decision, call, org, mandate, standing.taints)

    def _read(self, wanted: ToolCall, mandate: Mandate) -> tuple[Tool, ExactCall] | Ruling:
        if wanted.name not in mandate.tools:
            has = ", ".join(mandate.tools) or "none"
            return error_of(wanted, f"There is no tool `{wanted.name}` here. You have: {has}.")
        try:
            tool = self._toolbox.get(wanted.name)
            call = read_call(wanted.name, wanted.arguments)
        except (NotFound, MalformedArguments) as error:
            return error_of(wanted, error.detail)
        if faults := self._toolbox.validate(tool, call.arguments):
            reason = f"The arguments don't fit {tool.name}: {'; '.join(faults)}"
            return error_of(wanted, reason)
        if foreign := set(tool.secrets_for(call.arguments)).difference(mandate.secrets):
            named = ", ".join(f"`{name}`" for name in sorted(foreign))
            has = ", ".join(f"`{name}`" for name in mandate.secrets) or "none"
            reason = f"This agent may not use the secret {named}. Its `secrets` are: {has}."
            return error_of(wanted, reason)
        return tool, call

    async def _decide(self, work: Work, given: PolicyInput, *, is_real: bool) -> Decision:
        if is_real:
            return await self._policies.decide(work, given)
        return await self._policies.would_decide(work, given)


def _imagined(mandate: Mandate) -> Standing:
    return Standing(depth=max(len(mandate.layers) - 1, 0), sources=told_of(mandate))


def _not_approved(verdict: Verdict) -> str:
    if verdict.status == "expired":
        return "Nobody approved this call in time, so it was not carried out."
    return f"{verdict.decided_by} did not approve this call, so it was not carried out{_because(verdict)}."


def _because(verdict: Verdict) -> str:
    return f": {verdict.note.rstrip('.')}" if verdict.note else ""
