"""The HTTP door: who comes in, what goes out, the session of the page and the console's files.

Everything under /api needs a sign-in or a key, on loopback too, but for the health check
and signing in itself.
"""

from cadre.edge.http.api import make_api
from cadre.edge.http.auditing import Auditing
from cadre.edge.http.console import Console
from cadre.edge.http.describing import Describing
from cadre.edge.http.hosts import Hosts
from cadre.edge.http.limits import BodyLimits
from cadre.edge.http.rates import AddressRates, Rates
from cadre.edge.http.routes import router
from cadre.edge.http.schemas import ModelsState, SandboxState, Surroundings
from cadre.edge.http.tenancy import Tenancy

__all__ = [
    "AddressRates",
    "Auditing",
    "BodyLimits",
    "Console",
    "Describing",
    "Hosts",
    "ModelsState",
    "Rates",
    "SandboxState",
    "Surroundings",
    "Tenancy",
    "make_api",
    "router",
]
