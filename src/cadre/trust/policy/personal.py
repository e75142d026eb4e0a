"""What policies know of people: who wrote and activated them, and on whose calls was decided."""

from cadre.trust.policy.tables import policies_in_force, policy_decisions, policy_modules
from cadre.trust.privacy import Goes, Signed, Theirs

PERSONAL = Theirs(
    "policies",
    Goes(policy_decisions, ("principal",), by="ids"),
    Signed(policy_modules, ("created_by",)),
    Signed(policies_in_force, ("activated_by",)),
)
