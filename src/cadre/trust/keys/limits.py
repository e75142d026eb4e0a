"""What a key is cut down to, as limits of grants."""

from collections.abc import Iterable

import orjson

from cadre.kernel.grants import Grant, Grants
from cadre.trust.access import IN_ONE_PLACE, PERMISSIONS, Actor, read

_USE = "models:use"
_ALL_BUT_MODELS = frozenset(Grant(each) for each in PERMISSIONS if each != _USE)


def limits_of(grants: str | None, models: str | None) -> tuple[frozenset[Grant], ...]:
    """The limits that the columns of a key stand for."""
    by_grants = () if grants is None else (read(grants),)
    return by_grants if models is None else (*by_grants, model_limit(orjson.loads(models)))


def cut_down(given: Grants, actor: Actor) -> Grants:
    """What is left of `given` with the key of `actor`."""
    limits = (*actor.limits, IN_ONE_PLACE) if actor.is_bound else actor.limits
    return Grants(given.given, limits)


def model_limit(models: Iterable[str]) -> frozenset[Grant]:
    """Everything, but of models only those that `models` name."""
    return _ALL_BUT_MODELS | {Grant(_USE, f"model:{name}") for name in models}
