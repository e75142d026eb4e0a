"""Values: telling JSON's shapes apart, in a way that a type checker follows; numbers that can be kept."""

from typing import Annotated, Any, TypeGuard

from pydantic import Field

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""A whole number that comes from outside and is compared with a column."""


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether `value`, which came from JSON, is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether `value`, which came from JSON, is a list."""
    return isinstance(value, list)
