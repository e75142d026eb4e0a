"""Routing: a name or a virtual model becomes an ordered list of models to ask, with reasons.

`decide` is pure. What it chooses from (`Candidate`) and what was asked lately (`PastAsk`) is
given from outside; routes are kept here, by version, for each org.
"""

from cadre.engine.models.routing.ask import Ask, ask_of, is_optional
from cadre.engine.models.routing.book import Routes
from cadre.engine.models.routing.candidate import Candidate, Health
from cadre.engine.models.routing.decide import decide
from cadre.engine.models.routing.decision import Considered, Decision
from cadre.engine.models.routing.errors import (
    BadRoute,
    NoModelCan,
    NoModelReady,
    RouteNotFound,
    RouteShipped,
)
from cadre.engine.models.routing.names import plain_route
from cadre.engine.models.routing.ports import Candidates, PastAsk, PastAsks
from cadre.engine.models.routing.recommend import recommend
from cadre.engine.models.routing.route import Needs, Options, Route, Rule, Target
from cadre.engine.models.routing.route_text import read_route, write_route
from cadre.engine.models.routing.schemas import DryRun, Explained, Recommendation
from cadre.engine.models.routing.service import Routing
from cadre.engine.models.routing.shipped import shipped_routes

__all__ = [
    "Ask",
    "BadRoute",
    "Candidate",
    "Candidates",
    "Considered",
    "Decision",
    "DryRun",
    "Explained",
    "Health",
    "Needs",
    "NoModelCan",
    "NoModelReady",
    "Options",
    "PastAsk",
    "PastAsks",
    "Recommendation",
    "Route",
    "RouteNotFound",
    "RouteShipped",
    "Routes",
    "Routing",
    "Rule",
    "Target",
    "ask_of",
    "decide",
    "is_optional",
    "plain_route",
    "read_route",
    "recommend",
    "shipped_routes",
    "write_route",
]
