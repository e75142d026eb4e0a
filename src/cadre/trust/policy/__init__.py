"""Policies: Rego that decides whether a call of a tool is made, asked about or denied.

The shipped bundle is in `policies/`; an org adds modules of its own, by version. What an org wrote is
evaluated in a process of its own. No decision is a denial.
"""

from cadre.trust.policy.bundle import Bundle, Module, PoliciesMissing, Shipped, read_shipped
from cadre.trust.policy.decision import BROKEN, Decision, Effect, Finding, read_decision
from cadre.trust.policy.errors import BadPolicy, EvaluationFailed, PolicyNotFound, PolicyTestsFail
from cadre.trust.policy.given import (
    GrantedTo,
    MatchedRule,
    PolicyInput,
    ReadFrom,
    WhichRun,
    WhichTool,
    Who,
)
from cadre.trust.policy.interpreters import Interpreters
from cadre.trust.policy.jobs import PolicyJobs
from cadre.trust.policy.opa import OpaServer
from cadre.trust.policy.personal import PERSONAL
from cadre.trust.policy.ports import Composer
from cadre.trust.policy.process import RegoProcess
from cadre.trust.policy.retention import RETAINED
from cadre.trust.policy.schemas import Draft, ExplainInput, PolicyExplanation
from cadre.trust.policy.service import Policies
from cadre.trust.policy.sketch import CallSketch

__all__ = [
    "BROKEN",
    "PERSONAL",
    "RETAINED",
    "BadPolicy",
    "Bundle",
    "CallSketch",
    "Composer",
    "Decision",
    "Draft",
    "Effect",
    "EvaluationFailed",
    "ExplainInput",
    "Finding",
    "GrantedTo",
    "Interpreters",
    "MatchedRule",
    "Module",
    "OpaServer",
    "Policies",
    "PoliciesMissing",
    "PolicyExplanation",
    "PolicyInput",
    "PolicyJobs",
    "PolicyNotFound",
    "PolicyTestsFail",
    "ReadFrom",
    "RegoProcess",
    "Shipped",
    "WhichRun",
    "WhichTool",
    "Who",
    "read_decision",
    "read_shipped",
]
