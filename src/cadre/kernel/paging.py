"""Paging: a slice of a list, newest first, and the cursor that gets the next one."""

from typing import Generic, TypeVar

from pydantic import BaseModel

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """`next` is None on the last page; otherwise send it back as `cursor`."""

    items: list[Item]
    next: str | None = None
