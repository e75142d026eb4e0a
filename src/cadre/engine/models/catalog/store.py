"""Queries of an org's own cards, for the org of the work."""

import time
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, delete, insert, select

from cadre.engine.models.catalog.tables import model_cards
from cadre.infra.database import Work
from cadre.kernel.messages import Json

# Built once: building a statement takes longer than a lookup.
_ALL = (
    select(model_cards.c.name, model_cards.c.changes, model_cards.c.hidden)
    .where(model_cards.c.org_id == bindparam("org_id"))
    .order_by(model_cards.c.name)
)
_ONE = select(model_cards.c.name, model_cards.c.changes, model_cards.c.hidden).where(
    model_cards.c.org_id == bindparam("org_id"), model_cards.c.name == bindparam("name")
)


@dataclass(frozen=True, slots=True)
class OwnCard:
    """The fields of the model `name` that an org set, as JSON, and whether it hid the model."""

    name: str
    text: str = "{}"
    is_hidden: bool = False

    @property
    def changes(self) -> dict[str, Json]:
        return orjson.loads(self.text)

    @property
    def says_nothing(self) -> bool:
        return self.text == "{}"


class CardStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._scope = work.scope

    async def all(self) -> list[OwnCard]:
        found = await self._connection.execute(_ALL, {"org_id": self._scope.org})
        return [_own_card(row) for row in found]

    async def get(self, name: str) -> OwnCard | None:
        values = {"org_id": self._scope.org, "name": name}
        row = (await self._connection.execute(_ONE, values)).one_or_none()
        return _own_card(row) if row else None

    async def write(self, card: OwnCard) -> None:
        await self.delete(card.name)
        await self._connection.execute(
            insert(model_cards).values(
                org_id=self._scope.org,
                name=card.name,
                changes=card.text,
                hidden=int(card.is_hidden),
                updated_at=time.time(),
                updated_by=self._scope.principal.name,
            )
        )

    async def delete(self, name: str) -> bool:
        statement = delete(model_cards).where(
            model_cards.c.org_id == self._scope.org, model_cards.c.name == name
        )
        return (await self._connection.execute(statement)).rowcount > 0


def _own_card(row: Row[*tuple[Any, ...]]) -> OwnCard:
    return OwnCard(row.name, row.changes, bool(row.hidden))
