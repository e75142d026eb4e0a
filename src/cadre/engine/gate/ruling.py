"""Rulings made of decisions, and what the model is told of a refusal."""

from collections.abc import Sequence
from typing import Literal, cast

from cadre.engine.approvals import ExactCall
from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.rules import GateRule, rule_of
from cadre.engine.gate.schemas import Ruling
from cadre.kernel.messages import ToolCall
from cadre.trust.policy import Decision


def ruling_of(
    decision: Decision,
    call: ExactCall,
    org: Sequence[GateRule],
    mandate: Mandate,
    taints: frozenset[str],
) -> Ruling:
    """The ruling on `call`; its `rule` is the first that is as strict as the decision."""
    first = decision.deciding[0]
    return Ruling(
        effect=decision.effect,
        reason=" ".join(decision.reasons),
        tool=call.tool,
        arguments=call.arguments,
        call_hash=call.hash,
        source=cast("Literal['default', 'org', 'policy', 'agent']", first.source),
        rule=rule_of(first, org, mandate.layers or [()]),
        tainted=bool(taints),
        taints=sorted(taints),
        consent=decision.consent,
        policies=decision.version,
        findings=decision.findings,
    )


def error_of(wanted: ToolCall, reason: str) -> Ruling:
    """It isn't a call at all."""
    return Ruling(effect="error", reason=reason, tool=wanted.name)


def refusal_of(ruling: Ruling) -> tuple[str, str]:
    """What the model is told, and the effect."""
    if ruling.effect == "error":
        return ruling.reason, "error"
    return f"Not permitted: {ruling.reason} Find another way, or say that you can't.", "deny"
