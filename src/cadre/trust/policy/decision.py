"""Decisions: what policies say of a call, and everything that spoke of it."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from cadre.kernel.values import is_object
from cadre.trust.policy.errors import EvaluationFailed

Effect: TypeAlias = Literal["allow", "ask", "deny"]
STRICTNESS: dict[Effect, int] = {"allow": 0, "ask": 1, "deny": 2}
_SOURCES = ("default", "org", "policy", "agent")
BROKEN = "broken"


class Finding(BaseModel):
    """One rule that matched. `counts` is false if somebody's rule relaxed it.

    `layer` is -1 where the rule is in force for every layer: the agent and each agent that it
    works for. `id` is "default/dangerous", "org/3" (the number of the rule), "agent/0/2" or, of a
    policy, "NAME/ID".
    """

    id: str
    source: str
    effect: Effect
    reason: str
    layer: int = -1
    consent: bool = False
    counts: bool = True

    @property
    def place(self) -> tuple[int, int, list[tuple[int, str]]]:
        """Defaults, the org, its policies, then the layers from the first ancestor down."""
        rank = _SOURCES.index(self.source) if self.source in _SOURCES else len(_SOURCES)
        parts = [(int(part), "") if part.isdigit() else (0, part) for part in self.id.split("/")]
        return rank, self.layer, parts


class Decision(BaseModel):
    """The strictest effect of everything that counts. `findings` are in order.

    `consent`: a consent that a person gave before may answer. `version` says which policies
    decided: the shipped ones, then the org's own after a `+`.
    """

    effect: Effect
    reasons: list[str]
    rules: list[str]
    findings: list[Finding] = Field(default_factory=list[Finding])
    consent: bool = False
    version: str = ""

    @property
    def deciding(self) -> list[Finding]:
        """What counts and is as strict as the decision."""
        return [one for one in self.findings if one.counts and one.effect == self.effect]


_findings: TypeAdapter[list[Finding]] = TypeAdapter(list[Finding])


def read_decision(value: Any, version: str) -> Decision:
    """What `data.cadre.decision` holds, or raise `EvaluationFailed`: nothing is guessed."""
    if not is_object(value) or value.get("effect") not in STRICTNESS:
        raise EvaluationFailed("The policies came to no decision.")
    try:
        counting = _findings.validate_python(value.get("counting"))
        relaxed = _findings.validate_python(value.get("relaxed") or [])
    except ValidationError as error:
        raise EvaluationFailed("A policy said something that is no finding.") from error
    if max((STRICTNESS[one.effect] for one in counting), default=-1) != STRICTNESS[value["effect"]]:
        raise EvaluationFailed("The policies contradict their own decision.")
    for one in relaxed:
        one.counts = False
    consent = value.get("consent") is True
    return _decision(value["effect"], [*counting, *relaxed], consent=consent, version=version)


def strictest(decisions: Sequence[Decision]) -> Decision:
    """One decision for all that were made of the same call."""
    if len(decisions) == 1:
        return decisions[0]
    effect = max(decisions, key=lambda one: STRICTNESS[one.effect]).effect
    return _decision(
        effect,
        {one.id: one for each in decisions for one in each.findings}.values(),
        consent=all(one.consent for one in decisions if one.effect == effect),
        version=" ".join(one.version for one in decisions),
    )


def denied(reason: str, version: str) -> Decision:
    """What counts where no decision came about."""
    why = f"{reason} What can't be decided is denied."
    broken = Finding(id=BROKEN, source="default", effect="deny", reason=why)
    return _decision("deny", [broken], consent=False, version=version)


def _decision(
    effect: Effect, findings: Iterable[Finding], *, consent: bool, version: str
) -> Decision:
    ordered = sorted(findings, key=lambda one: one.place)
    deciding = [one for one in ordered if one.counts and one.effect == effect]
    return Decision(
        effect=effect,
        reasons=list(dict.fromkeys(one.reason for one in deciding)),
        rules=[one.id for one in deciding],
        findings=ordered,
        consent=consent,
        version=version,
    )
