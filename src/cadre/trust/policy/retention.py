"""How long decisions are kept: for dry runs, and at most the newest ten thousand."""

from cadre.trust.policy.tables import policy_decisions
from cadre.trust.privacy import Aged, DataClass

RETAINED = Aged(
    DataClass(
        "decisions",
        "Decisions of policies",
        "What policies said of calls; changes of policies are tried on them.",
        90,
    ),
    policy_decisions,
    "at",
)
