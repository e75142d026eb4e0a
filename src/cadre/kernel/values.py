"""Values: telling JSON's shapes apart, in a way that a type checker follows."""

from typing import Any, TypeGuard


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether `value`, which came from JSON, is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether `value`, which came from JSON, is a list."""
    return isinstance(value, list)
