"""Values: telling JSON's shapes apart, in a way that a type checker follows; numbers that can be kept."""

from typing import Annotated, Any, TypeGuard

from pydantic import Field

MOST_INT32 = 2**31 - 1
Int32 = Annotated[int, Field(ge=-MOST_INT32 - 1, le=MOST_INT32)]
"""A whole number that comes from outside and is compared with a column; with bounds of its own, say both."""


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether `value`, which came from JSON, is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether `value`, which came from JSON, is a list."""
    return isinstance(value, list)
