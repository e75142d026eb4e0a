"""What limits know of people: rules for one of them or one of their keys."""

from cadre.trust.limits.tables import limit_rules
from cadre.trust.privacy import Goes, Stays, Theirs

PERSONAL = Theirs(
    "limits",
    Goes(limit_rules, ("subject",), by="principals"),
    Stays(limit_rules, ("updated_by",)),
)
