"""Usage: one record for every call to a model, and what the records add up to.

A record is safe as soon as `UsageLog.record` returns; its row, the sums by day and the settled
budgets are one transaction a moment later, once each even if the process is killed in between.
"""

from cadre.trust.usage.errors import UsageUnwritable
from cadre.trust.usage.log import UsageLog
from cadre.trust.usage.personal import PERSONAL
from cadre.trust.usage.record import Account, UsageKind, UsageRecord, UsageStatus, account_of
from cadre.trust.usage.retention import RETAINED
from cadre.trust.usage.schemas import Breakdown, Share, Summary, Totals, UsageCall, UsageFilter
from cadre.trust.usage.service import Usage
from cadre.trust.usage.timespan import Timespan, read_timespan

__all__ = [
    "PERSONAL",
    "RETAINED",
    "Account",
    "Breakdown",
    "Share",
    "Summary",
    "Timespan",
    "Totals",
    "Usage",
    "UsageCall",
    "UsageFilter",
    "UsageKind",
    "UsageLog",
    "UsageRecord",
    "UsageStatus",
    "UsageUnwritable",
    "account_of",
    "read_timespan",
]
