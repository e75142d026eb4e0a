"""What consents know of people: what they let tools do, and who asked and decided."""

from cadre.trust.consent.tables import consents
from cadre.trust.privacy import Goes, Signed, Theirs

PERSONAL = Theirs(
    "consents",
    Goes(consents, ("user_id",)),
    Signed(consents, ("requested_by", "decided_by")),
)
