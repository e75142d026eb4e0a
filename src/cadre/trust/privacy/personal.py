"""What privacy itself knows of people: ids, of who asked for what about whom."""

from cadre.trust.privacy.tables import data_jobs, legal_holds, retention_rules
from cadre.trust.privacy.theirs import Stays, Theirs

_SHOWN = ("id", "kind", "person", "own", "state", "created_at", "expires_at", "created_by")

PERSONAL = Theirs(
    "privacy",
    Stays(retention_rules, ("updated_by",)),
    Stays(legal_holds, ("set_by",)),
    Stays(data_jobs, ("person", "created_by"), shown=_SHOWN),
    stays="That they were exported or erased stays under their id, to prove that it was done.",
)
