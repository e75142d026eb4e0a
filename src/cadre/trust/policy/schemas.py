"""Policies on the wire."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from cadre.kernel.messages import Json
from cadre.kernel.values import MOST_INT32
from cadre.trust.policy.decision import Decision, Effect, Finding
from cadre.trust.policy.given import PolicyInput
from cadre.trust.policy.sketch import CallSketch
from cadre.trust.policy.testing import TestResult


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PolicyText(_Asked):
    """`text` is of package `cadre.org.NAME`, `tests` of `cadre.tests.NAME`."""

    text: str = Field(max_length=200_000)
    tests: str = Field(default="", max_length=200_000)
    note: str = Field(default="", max_length=500)


class PolicyInfo(BaseModel):
    """`active` is the version in force; `newest` may be a draft that is not."""

    name: str
    shipped: bool
    active: int | None
    newest: int | None
    note: str = ""
    changed_at: float | None = None
    changed_by: str | None = None


class PolicyVersion(BaseModel):
    version: int
    active: bool
    note: str
    restored_from: int | None
    created_at: float
    created_by: str

    @classmethod
    def of(cls, row: Row[Any], active: int | None) -> "PolicyVersion":
        return cls(
            version=row.version,
            active=row.version == active,
            note=row.note,
            restored_from=row.restored_from,
            created_at=row.created_at,
            created_by=row.created_by,
        )


class PolicyDetail(BaseModel):
    """One version, exactly as it was put. Shipped policies have no version."""

    name: str
    shipped: bool
    version: int | None
    active: int | None
    text: str
    tests: str = ""
    note: str = ""


class VersionInput(_Asked):
    version: int = Field(ge=1, le=MOST_INT32)


class ActivateInput(_Asked):
    """Without `version`, the newest."""

    version: int | None = Field(default=None, ge=1, le=MOST_INT32)


class Draft(_Asked):
    """`text` in the place of the policy `name`; without `text`, its newest version."""

    name: str = Field(max_length=100)
    text: str | None = Field(default=None, max_length=200_000)
    tests: str | None = Field(default=None, max_length=200_000)


class TestInput(_Asked):
    """Without `draft`: the tests of everything that is in force and of what ships."""

    __test__ = False

    draft: Draft | None = None


class TestReport(BaseModel):
    __test__ = False

    passed: bool
    tests: list[TestResult]


class DryRunInput(_Asked):
    draft: Draft
    limit: int = Field(default=500, ge=1, le=2000)


class Change(BaseModel):
    """A decision that would be another one. `shortened`: long arguments were not kept whole."""

    id: str
    at: float
    run_id: str | None
    agent: str | None
    tool: str
    before: Effect
    before_reasons: list[str]
    after: Effect
    after_reasons: list[str]
    shortened: bool


class PolicyDryRun(BaseModel):
    """`counts` are the changes by "before to after", as "allow to deny"."""

    looked_at: int
    changes: list[Change]
    counts: dict[str, int]


class ExplainInput(_Asked):
    """One of `input` and `call`; with `draft`, as if that were in force."""

    input: PolicyInput | None = None
    call: CallSketch | None = None
    draft: Draft | None = None


class PolicyExplanation(BaseModel):
    """`findings` are the rules that matched, in order; `deciding` are those that the effect is of."""

    effect: Effect
    reasons: list[str]
    consent: bool
    version: str
    findings: list[Finding]
    deciding: list[str]
    input: PolicyInput

    @classmethod
    def of(cls, decision: Decision, given: PolicyInput) -> "PolicyExplanation":
        return cls(
            effect=decision.effect,
            reasons=decision.reasons,
            consent=decision.consent,
            version=decision.version,
            findings=decision.findings,
            deciding=decision.rules,
            input=given,
        )


class KeptDecision(BaseModel):
    """A decision of lately, with the input that it was made by."""

    id: str
    at: float
    run_id: str | None
    principal: str
    agent: str | None
    tool: str
    effect: Literal["allow", "ask", "deny"]
    reasons: list[str]
    version: str
    input: dict[str, Json]

    @classmethod
    def of(cls, row: Row[Any]) -> "KeptDecision":
        return cls(
            id=row.id,
            at=row.at,
            run_id=row.run_id,
            principal=row.principal,
            agent=row.agent,
            tool=row.tool,
            effect=row.effect,
            reasons=json.loads(row.reasons),
            version=row.version,
            input=json.loads(row.input),
        )
