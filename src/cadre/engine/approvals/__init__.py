"""Approvals: a person's answer to one exact call of one run, used once.

Also the exact call itself, in the one form that is hashed, shown and carried out.
"""

from cadre.engine.approvals.call import (
    ExactCall,
    MalformedArguments,
    canonical_json,
    exact_call,
    read_call,
)
from cadre.engine.approvals.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalMismatch,
    ApprovalNotFound,
)
from cadre.engine.approvals.jobs import ApprovalJobs
from cadre.engine.approvals.personal import ApprovalsPersonal
from cadre.engine.approvals.retention import RETAINED
from cadre.engine.approvals.schemas import Approval, ApprovalStatus, Decision, Verdict
from cadre.engine.approvals.service import Approvals, approval_id, signal_name

__all__ = [
    "RETAINED",
    "Approval",
    "ApprovalDecided",
    "ApprovalExpired",
    "ApprovalJobs",
    "ApprovalMismatch",
    "ApprovalNotFound",
    "ApprovalStatus",
    "Approvals",
    "ApprovalsPersonal",
    "Decision",
    "ExactCall",
    "MalformedArguments",
    "Verdict",
    "approval_id",
    "canonical_json",
    "exact_call",
    "read_call",
    "signal_name",
]
