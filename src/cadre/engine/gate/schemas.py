"""Rulings of the gate, as the journal and the console hold them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.gate.rules import GateRule
from cadre.kernel.messages import Json
from cadre.trust.policy import Finding


class RuleList(BaseModel):
    """The rules of an org, all of them."""

    model_config = ConfigDict(extra="forbid")

    rules: list[GateRule] = Field(max_length=500)


class Ruling(BaseModel):
    """What happens to a call, and why.

    "error" means that it isn't a call at all: no such tool, or arguments that don't fit it.
    `arguments` and `call_hash` are those of the exact call, where there is one. `findings` are the
    rules that matched, in order; `policies` says which version of them decided. `consent`: one that
    was given before may answer.
    """

    effect: Literal["allow", "ask", "deny", "error"]
    reason: str
    tool: str
    arguments: dict[str, Json] | None = None
    call_hash: str | None = None
    source: Literal["default", "org", "policy", "agent"] | None = None
    rule: GateRule | None = None
    tainted: bool = False
    taints: list[str] = Field(default_factory=list[str])
    consent: bool = False
    policies: str = ""
    findings: list[Finding] = Field(default_factory=list[Finding])
