"""Actions: what a request is called in the audit log, by the route that it was for.

"keys.create" is the route `create_key` of the tag "keys"; "key:key_1" what it was done to.
"""

from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from fastapi.routing import APIRoute

from cadre.infra.web import permit_of
from cadre.kernel.grants import ANYTHING

_NAMELESS = {"id", "name", "slug"}


def route_of(scope: MutableMapping[str, Any]) -> APIRoute | None:
    """The route that answered; None if the request did not get that far."""
    route = scope.get("route")
    return route if isinstance(route, APIRoute) else None


def action_of(route: APIRoute) -> str:
    """Tag and verb."""
    return _action(str(route.tags[0]) if route.tags else "http", route.name)


def resource_of(route: APIRoute, parameters: Mapping[str, Any]) -> str:
    """What the route's permission is asked for, else what its path names."""
    permit = permit_of(route)
    if permit is not None and permit.resource not in {None, ANYTHING}:
        return str(permit.resource).format_map(parameters)
    tag = str(route.tags[0]) if route.tags else "http"
    return "/".join(f"{_kind(name, tag)}:{value}" for name, value in parameters.items())


@lru_cache(2048)
def _action(tag: str, name: str) -> str:
    words = name.split("_")
    for noun in (tag, _singular(tag)):
        parts = noun.replace("-", "_").split("_")
        if len(words) > len(parts) and words[-len(parts) :] == parts:
            words = words[: -len(parts)]
            break
    return f"{tag}.{'_'.join(words)}"


def _kind(parameter: str, tag: str) -> str:
    return _singular(tag) if parameter in _NAMELESS else parameter.removesuffix("_id")


def _singular(tag: str) -> str:
    if tag.endswith("ies"):
        return f"{tag[:-3]}y"
    return tag[:-1] if tag.endswith("s") and not tag.endswith("ss") else tag
