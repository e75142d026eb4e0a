"""What agents know of people: who wrote a version. The version itself is the organisation's."""

from cadre.engine.agents.tables import agents
from cadre.trust.privacy import Signed, Theirs

PERSONAL = Theirs("agents", Signed(agents, ("created_by",)))
