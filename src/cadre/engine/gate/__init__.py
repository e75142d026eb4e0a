"""Gate: every effect of every run passes it, and it says why it let it pass or not."""

from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.rules import Decision, Effect, GateRule, decide, default_decision
from cadre.engine.gate.schemas import Ruling
from cadre.engine.gate.service import Admitted, Gate, Refused

__all__ = [
    "Admitted",
    "Decision",
    "Effect",
    "Gate",
    "GateRule",
    "Mandate",
    "Refused",
    "Ruling",
    "decide",
    "default_decision",
]
