"""Policies over HTTP: kept by version, tested, tried on what was decided, explained."""

from typing import Annotated

from fastapi import APIRouter, Query

from cadre.infra.web import Paging, Provide, Reading, Writing, requires
from cadre.kernel.paging import Page
from cadre.kernel.values import Int32
from cadre.trust.policy.decision import Effect
from cadre.trust.policy.schemas import (
    ActivateInput,
    Draft,
    DryRunInput,
    ExplainInput,
    KeptDecision,
    PolicyDetail,
    PolicyDryRun,
    PolicyExplanation,
    PolicyInfo,
    PolicyText,
    PolicyVersion,
    TestInput,
    TestReport,
    VersionInput,
)
from cadre.trust.policy.service import Policies

router = APIRouter(prefix="/policies", tags=["policies"])

_Policies = Annotated[Policies, Provide(Policies)]
_READ = [requires("policies:read")]
_WRITE = [requires("policies:write")]


@router.get("", dependencies=_READ)
async def list_policies(work: Reading, policies: _Policies) -> Page[PolicyInfo]:
    """The policies that ship with cadre, then the org's own."""
    return Page[PolicyInfo](items=await policies.book.listing(work))


@router.get("/decisions", dependencies=_READ)
async def list_policy_decisions(
    work: Reading,
    policies: _Policies,
    paging: Paging,
    effect: Effect | None = None,
    run_id: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[KeptDecision]:
    """What was decided lately, newest first, with the input that it was decided by."""
    return await policies.decisions(
        work, limit=paging.limit, cursor=paging.cursor, effect=effect, run_id=run_id
    )


@router.post("/check", status_code=204, dependencies=_WRITE)
async def check_policy(work: Reading, policies: _Policies, body: Draft) -> None:
    """Say what is wrong with a draft, with line and column; nothing is kept."""
    text, tests = await policies.book.texts(work, body)
    await policies.book.check(body.name, text, tests)


@router.post("/test", dependencies=_READ)
async def run_policy_tests(work: Reading, policies: _Policies, body: TestInput) -> TestReport:
    """Run the tests of a draft, or of everything in force."""
    tests = await policies.book.test(work, body.draft)
    return TestReport(passed=all(one.passed for one in tests), tests=tests)


@router.post("/dry-run", dependencies=_WRITE)
async def dry_run_policy(work: Reading, policies: _Policies, body: DryRunInput) -> PolicyDryRun:
    """Which of the last decisions would be otherwise with a draft in force."""
    return await policies.dry_run(work, body.draft, body.limit)


@router.post("/explain", dependencies=_READ)
async def explain_policies(
    work: Reading, policies: _Policies, body: ExplainInput
) -> PolicyExplanation:
    """What would be decided of a call, and every rule that matched. Nothing is done."""
    return await policies.explain(work, body)


@router.get("/{name}", dependencies=_READ)
async def get_policy(
    work: Reading, policies: _Policies, name: str, version: Int32 | None = None
) -> PolicyDetail:
    """One version, by default the newest."""
    return await policies.book.get(work, name, version)


@router.put("/{name}", dependencies=_WRITE)
async def put_policy(
    work: Writing, policies: _Policies, name: str, body: PolicyText
) -> PolicyDetail:
    """Keep a draft as a new version. It is not in force before it is activated."""
    return await policies.book.put(work, name, body)


@router.get("/{name}/versions", dependencies=_READ)
async def list_policy_versions(
    work: Reading, policies: _Policies, name: str
) -> Page[PolicyVersion]:
    """The history of a policy, newest first."""
    return Page[PolicyVersion](items=await policies.book.versions(work, name))


@router.post("/{name}/activate", dependencies=_WRITE)
async def activate_policy(
    work: Writing, policies: _Policies, name: str, body: ActivateInput
) -> PolicyDetail:
    """Put a version in force with the next call, if its tests pass."""
    return await policies.book.activate(work, name, body.version)


@router.post("/{name}/restore", dependencies=_WRITE)
async def restore_policy(
    work: Writing, policies: _Policies, name: str, body: VersionInput
) -> PolicyDetail:
    """Make an older version the newest one, as a draft."""
    return await policies.book.restore(work, name, body.version)


@router.delete("/{name}", status_code=204, dependencies=_WRITE)
async def deactivate_policy(work: Writing, policies: _Policies, name: str) -> None:
    """Take a policy out of force. The history stays."""
    await policies.book.deactivate(work, name)
