"""What can be wrong with a route, or with what was asked of it."""

from cadre.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class BadRoute(Invalid):
    """The text of a route can't be read or says something that isn't possible."""

    code = "bad_route"
    title = "The route is not valid"


class RouteNotFound(NotFound):
    """The org has no route of that name, or not that version of it."""

    code = "route_not_found"
    title = "No such route"


class RouteShipped(Conflict):
    """The route comes with cadre and was not changed here."""

    code = "route_shipped"


class NoModelCan(Invalid):
    """Every model was passed over for what was asked; the sentence says why."""

    code = "no_model_can"
    title = "No model can answer this"


class NoModelReady(Unavailable):
    """A model could answer, but none can be reached right now."""

    code = "no_model_ready"
    title = "No model is ready"
