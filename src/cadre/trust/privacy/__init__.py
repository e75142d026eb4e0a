"""Privacy: how long data is kept, and what is kept of one person, to hand over or to erase.

It knows no other room: each that holds data of people or data that ages says so itself, by a
`Personal` or a `Retained`, and `app/privacy.py` puts them together.
"""

from cadre.trust.privacy.aged import Aged, counted
from cadre.trust.privacy.erasing import Erasure
from cadre.trust.privacy.errors import OnHold
from cadre.trust.privacy.holds import Holds, require_no_hold
from cadre.trust.privacy.jobs import Archives, PrivacyJobs
from cadre.trust.privacy.naming import NAMES_PEOPLE, NOT_PEOPLE, stale, unclaimed
from cadre.trust.privacy.personal import PERSONAL
from cadre.trust.privacy.ports import (
    Attachment,
    Claim,
    DataClass,
    Erased,
    Expired,
    Held,
    Person,
    Personal,
    Record,
    Retained,
)
from cadre.trust.privacy.retention import DAY_SECONDS, Retention
from cadre.trust.privacy.rules import RetentionRules
from cadre.trust.privacy.schemas import DataJob
from cadre.trust.privacy.service import Privacy
from cadre.trust.privacy.theirs import Goes, Signed, Stays, Theirs, erase_rows, told_rows

__all__ = [
    "DAY_SECONDS",
    "NAMES_PEOPLE",
    "NOT_PEOPLE",
    "PERSONAL",
    "Aged",
    "Archives",
    "Attachment",
    "Claim",
    "DataClass",
    "DataJob",
    "Erased",
    "Erasure",
    "Expired",
    "Goes",
    "Held",
    "Holds",
    "OnHold",
    "Person",
    "Personal",
    "Privacy",
    "PrivacyJobs",
    "Record",
    "Retained",
    "Retention",
    "RetentionRules",
    "Signed",
    "Stays",
    "Theirs",
    "counted",
    "erase_rows",
    "require_no_hold",
    "stale",
    "told_rows",
    "unclaimed",
]
