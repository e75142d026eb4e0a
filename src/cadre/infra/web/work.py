"""One request, one transaction: the route gets it, the request commits it.

`scope="function"` ends the transaction before the answer is sent, so that whoever reads the
answer and asks again finds what was written, and a failed commit is an error, not a lie.
"""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends

from cadre.infra.database import Database, Work
from cadre.infra.web.requests import CurrentScope, Provide

_Database = Annotated[Database, Provide(Database)]


async def _reading(database: _Database, scope: CurrentScope) -> AsyncGenerator[Work]:
    async with database.read(scope) as work:
        yield work


async def _writing(database: _Database, scope: CurrentScope) -> AsyncGenerator[Work]:
    async with database.begin(scope) as work:
        yield work


Reading = Annotated[Work, Depends(_reading, scope="function")]
Writing = Annotated[Work, Depends(_writing, scope="function")]
