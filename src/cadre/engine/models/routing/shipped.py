"""Routes that ship with cadre: one YAML file each, in the folder `shipped`.

They name no model and no provider, so they work with whatever an org has configured.
"""

from functools import cache
from importlib.resources import files

from cadre.engine.models.routing.route import Route
from cadre.engine.models.routing.route_text import read_route


@cache
def shipped_texts() -> dict[str, str]:
    """The YAML of every shipped route, by name."""
    folder = files("cadre.engine.models.routing") / "shipped"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    texts = {entry.name.removesuffix(".yaml"): entry.read_text("utf-8") for entry in found}
    return dict(sorted(texts.items()))


@cache
def shipped_routes() -> dict[str, Route]:
    """Every shipped route, by name."""
    return {name: read_route(text) for name, text in shipped_texts().items()}
