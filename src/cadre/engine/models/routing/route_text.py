"""Route texts: a route as the YAML that people write, kept as they wrote it."""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cadre.engine.models.routing.errors import BadRoute
from cadre.engine.models.routing.route import Route
from cadre.kernel.values import is_object

CHARACTERS = 100_000


@lru_cache(1024)
def read_route(text: str) -> Route:
    """Read YAML; raise `BadRoute` that names the field and says what would be right."""
    if len(text) > CHARACTERS:
        raise BadRoute(f"A route has at most {CHARACTERS} characters.", field="yaml")
    try:
        data: object = yaml.load(text, _StrictLoader)  # noqa: S506  # a SafeLoader that refuses more
    except yaml.YAMLError as error:
        raise BadRoute(_yaml_fault(error), field="yaml") from error
    except (RecursionError, ValueError) as error:
        raise BadRoute("The YAML can't be read: write it flat and plain.", field="yaml") from error
    if not is_object(data):
        raise BadRoute("A route is a list of fields, one a line: `name: cheap`.", field="yaml")
    try:
        return Route.model_validate(data)
    except ValidationError as error:
        faults = [_fault(details) for details in error.errors()]
        raise BadRoute(" ".join(said for _, said in faults), field=faults[0][0]) from error


def write_route(route: Route) -> str:
    """`route` as YAML, without what goes without saying."""
    data = route.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is written twice, and aliases, which can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("Aliases (*name) are not supported. Write the value out.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise yaml.YAMLError(f"Line {line} names `{key.value}` a second time. Remove one.")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def _yaml_fault(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return (
            f"The YAML breaks in line {mark.line + 1}, column {mark.column + 1}: {error.problem}."
        )
    return str(error)


def _fault(error: ErrorDetails) -> tuple[str, str]:
    """(field, sentence) of one fault."""
    field = re.sub(r"\.(\d+)", r"[\1]", ".".join(str(part) for part in error["loc"]))
    match error["type"]:
        case "missing":
            said = f"`{field}` is missing: add a line `{field}: ...`."
        case "extra_forbidden":
            said = f"`{field}` is not a field of a route: remove it or correct its spelling."
        case "string_pattern_mismatch":
            said = (
                f"`{field}` has to start with a small letter and may go on with up to 62 small "
                "letters, digits, - and _."
            )
        case _:
            reason = error["msg"].removeprefix("Value error, ").rstrip(".")
            said = f"`{field}`: {reason[:1].lower()}{reason[1:]}."
    return field, said
