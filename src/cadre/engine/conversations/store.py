"""Queries of conversations, for the org of the work."""

import time
from collections.abc import Collection

from sqlalchemy import Row, Text, bindparam, case, delete, insert, select, tuple_, update

from cadre.engine.conversations.schemas import Conversation
from cadre.engine.conversations.tables import conversations
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid

# Built once: building a statement takes longer than a lookup.
_CONVERSATION = select(conversations).where(
    conversations.c.org_id == bindparam("org_id"), conversations.c.id == bindparam("id")
)
_TOUCH = (
    update(conversations)
    .where(conversations.c.org_id == bindparam("of_org"), conversations.c.id == bindparam("of_id"))
    .values(
        title=case(
            (conversations.c.title == "", bindparam("title", type_=Text)),
            else_=conversations.c.title,
        ),
        updated_at=bindparam("updated_at"),
    )
)


class ConversationStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org
        self._is_mine = conversations.c.org_id == work.scope.org

    async def add(self, conversation: Conversation, created_by: str) -> None:
        values = conversation.model_dump(exclude={"last_status"})
        statement = insert(conversations).values(org_id=self._org, created_by=created_by, **values)
        await self._connection.execute(statement)

    async def created_by(self, conversation_id: str) -> str | None:
        """Who began it; None if there is none such."""
        values = {"org_id": self._org, "id": conversation_id}
        row = (await self._connection.execute(_CONVERSATION, values)).one_or_none()
        return row.created_by if row else None

    async def get(self, conversation_id: str) -> Conversation | None:
        values = {"org_id": self._org, "id": conversation_id}
        row = (await self._connection.execute(_CONVERSATION, values)).one_or_none()
        return _conversation(row) if row else None

    async def listing(
        self, *, text: str | None, owners: Collection[str] | None, cursor: str | None, limit: int
    ) -> list[Conversation]:
        """Latest activity first, from `cursor` on."""
        position = (conversations.c.updated_at.desc(), conversations.c.id.desc())
        query = select(conversations).where(self._is_mine).order_by(*position).limit(limit)
        if owners is not None:
            query = query.where(conversations.c.created_by.in_(owners))
        if text:
            query = query.where(conversations.c.title.icontains(text, autoescape=True))
        if cursor is not None:
            place = tuple_(conversations.c.updated_at, conversations.c.id)
            query = query.where(place < _place(cursor))
        return [_conversation(row) for row in await self._connection.execute(query)]

    async def touch(self, conversation_id: str, *, title: str) -> None:
        """Something was said; `title` is for a conversation that has none."""
        values = {"of_org": self._org, "of_id": conversation_id}
        await self._connection.execute(
            _TOUCH, {**values, "title": title, "updated_at": time.time()}
        )

    async def rename(self, conversation_id: str, title: str) -> None:
        await self._change(conversation_id, title=title)

    async def delete(self, conversation_id: str) -> None:
        statement = delete(conversations).where(
            self._is_mine, conversations.c.id == conversation_id
        )
        await self._connection.execute(statement)

    async def _change(self, conversation_id: str, **values: object) -> None:
        statement = update(conversations).where(
            self._is_mine, conversations.c.id == conversation_id
        )
        await self._connection.execute(statement.values(**values))


def place_of(conversation: Conversation) -> str:
    """The cursor that continues after `conversation`."""
    return f"{conversation.updated_at!r}~{conversation.id}"


def _place(cursor: str) -> tuple[float, str]:
    at, _, conversation_id = cursor.partition("~")
    try:
        return float(at), conversation_id
    except ValueError as error:
        raise Invalid("This is not the `next` of a page before.", field="cursor") from error


def _conversation(row: Row[tuple[str, ...]]) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        agent=row.agent,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
