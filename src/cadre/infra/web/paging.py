"""Paging: the two query parameters of every list."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query


@dataclass(frozen=True, slots=True)
class PageQuery:
    """`cursor` is the `next` of the page before; `limit` is bounded for everyone's sake."""

    cursor: str | None = None
    limit: int = 50


async def _page_query(
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many items at most.")] = 50,
) -> PageQuery:
    return PageQuery(cursor or None, limit)


Paging = Annotated[PageQuery, Depends(_page_query)]
