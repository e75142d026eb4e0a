"""Names: one model by name, or several with commas between them, as the route that they are."""

from functools import lru_cache

from cadre.engine.models.routing.errors import BadRoute
from cadre.engine.models.routing.route import Route, Rule, Target

PLAIN = "plain"
_MOST = 20


@lru_cache(4096)
def plain_route(name: str) -> Route:
    """The route that asks the models named in `name`, one after the other."""
    names = [part.strip() for part in name.split(",")]
    if not all(names) or len(names) > _MOST or any(len(part) > 300 for part in names):
        raise BadRoute(
            f"A chain has up to {_MOST} names of models with commas between them, "
            "for example `openai:gpt-4.1, anthropic:claude-sonnet-4-0`.",
            field="model",
        )
    targets = [Target(model=part) for part in dict.fromkeys(names)]
    return Route(name=PLAIN, rules=[Rule(objective="first", targets=targets)])
