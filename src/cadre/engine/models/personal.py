"""What models know of people: who changed a card or a route."""

from cadre.engine.models.catalog.tables import model_cards
from cadre.engine.models.routing.tables import routes
from cadre.trust.privacy import Signed, Theirs

PERSONAL = Theirs("models", Signed(model_cards, ("updated_by",)), Signed(routes, ("created_by",)))
