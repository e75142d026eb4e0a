"""Limits: how often something may be asked, who has to wait when much is asked, and whose turn it is.

Counting happens in this process and takes microseconds; with Redis all processes count together.
"""

from cadre.trust.limits.decision import Decision
from cadre.trust.limits.errors import Overloaded, QueueFull, RateLimited
from cadre.trust.limits.fair_queue import FairQueue
from cadre.trust.limits.load import Load, Priority
from cadre.trust.limits.personal import PERSONAL
from cadre.trust.limits.rule import Endpoints, Rule, SubjectKind
from cadre.trust.limits.schemas import LimitRule, LimitUsage
from cadre.trust.limits.service import Limits
from cadre.trust.limits.shared import SharedCounts

__all__ = [
    "PERSONAL",
    "Decision",
    "Endpoints",
    "FairQueue",
    "LimitRule",
    "LimitUsage",
    "Limits",
    "Load",
    "Overloaded",
    "Priority",
    "QueueFull",
    "RateLimited",
    "Rule",
    "SharedCounts",
    "SubjectKind",
]
