"""What the gate knows of people: who changed its rules."""

from cadre.engine.gate.tables import gate_rules
from cadre.trust.privacy import Signed, Theirs

PERSONAL = Theirs("gate", Signed(gate_rules, ("updated_by",)))
