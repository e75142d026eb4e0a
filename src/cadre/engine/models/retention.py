"""How long the health of models is kept, minute by minute."""

from cadre.engine.models.calling.tables import model_health
from cadre.trust.privacy import Aged, DataClass

RETAINED = Aged(
    DataClass(
        "model-health",
        "Health of models",
        "How many calls of each model went well, minute by minute. It names nobody.",
        30,
        most=3_650,
        may_stay=False,
    ),
    model_health,
    "minute",
)
