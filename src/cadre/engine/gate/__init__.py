"""Gate: every effect of every run passes it, and it says why it let it pass or not."""

from cadre.engine.gate.composing import CallComposer, Mandates
from cadre.engine.gate.given import Standing, given_of
from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.personal import PERSONAL
from cadre.engine.gate.ports import OwnersOnly, Starters
from cadre.engine.gate.rules import GateRule, matched
from cadre.engine.gate.schemas import Ruling
from cadre.engine.gate.service import Admitted, Gate, Refused
from cadre.engine.gate.taint import EARLIER, OTHER, sources_of
from cadre.trust.policy import Effect

__all__ = [
    "EARLIER",
    "OTHER",
    "PERSONAL",
    "Admitted",
    "CallComposer",
    "Effect",
    "Gate",
    "GateRule",
    "Mandate",
    "Mandates",
    "OwnersOnly",
    "Refused",
    "Ruling",
    "Standing",
    "Starters",
    "given_of",
    "matched",
    "sources_of",
]
