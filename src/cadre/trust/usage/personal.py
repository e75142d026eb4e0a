"""What usage knows of people: the calls of models that they made, and their sums by day."""

from cadre.trust.privacy import Stays, Theirs
from cadre.trust.usage.tables import usage_calls, usage_days

PERSONAL = Theirs(
    "usage",
    Stays(usage_calls, ("user_id", "key_id")),
    Stays(usage_days, ("user_id", "key_id")),
    stays="What calls of models cost stays under their id, because bills have to add up.",
)
