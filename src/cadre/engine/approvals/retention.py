"""How long decided and expired approvals are kept."""

from cadre.engine.approvals.tables import approvals
from cadre.trust.privacy import Aged, DataClass

RETAINED = Aged(
    DataClass(
        "approvals",
        "Approvals",
        "Questions that were answered, withdrawn or left to expire, with who answered.",
        365,
    ),
    approvals,
    "requested_at",
    approvals.c.status != "pending",
)
