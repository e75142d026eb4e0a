"""What conversations know of people: those that they began, with messages and files."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from cadre.engine.conversations.files import Files
from cadre.engine.conversations.schemas import Exchange
from cadre.engine.conversations.service import Conversations
from cadre.engine.conversations.tables import conversations
from cadre.engine.runs import (
    Family,
    Folders,
    Runs,
    Workplaces,
    erase_family,
    family_of,
    of_session,
    runs_begun_by,
    starters_of,
)
from cadre.infra.database import Work
from cadre.trust.privacy import Attachment, Claim, Erased, Person, Record


class ConversationsPersonal:
    """Conversations of a person, whoever else wrote in them."""

    room = "conversations"
    claims: frozenset[Claim] = frozenset({("conversations", "created_by")})
    stays = ""

    def __init__(
        self, conversations_: Conversations, runs: Runs, files: Files, folders: Folders
    ) -> None:
        self._conversations = conversations_
        self._runs = runs
        self._files = files
        self._folders = folders
        self._places = Workplaces(folders)

    async def export(self, work: Work, person: Person) -> AsyncGenerator[Record | Attachment]:
        """Each with what they said in it and what they were told, and all its files."""
        query = select(conversations).where(_began(work, person)).order_by(conversations.c.id)
        for row in (await work.connection.execute(query)).mappings().all():
            values = {name: row[name] for name in ("id", "title", "agent", "created_at")}
            exchanges = await self._conversations.exchanges(work.scope, row["id"])
            starters = await starters_of(work, row["id"])
            messages = _messages(exchanges, starters, person.principals)
            yield Record("conversations", {**values, "messages": messages})
            for file in await self._files.listing(row["id"]):
                _, path = await self._files.open(row["id"], file.path)
                yield Attachment(f"{row['id']}/{file.path}", path)

    async def erase(self, work: Work, person: Person) -> Erased:
        """One at a time: its runs, then its row, then its folder."""
        query = select(conversations.c.id).where(_began(work, person)).limit(1)
        found = (await work.connection.execute(query)).scalar_one_or_none()
        if found is None:
            return Erased()
        family = await of_session(work, found)
        if family.ended or family.alive:
            ids = [*family.ended, *family.alive]
            return await erase_family(work, self._runs, self._places, ids)
        if unseen := self._places.unseen([found]):
            return Erased(more=True, afterwards=self._places.looking_into(unseen))
        mine = (conversations.c.org_id == work.scope.org) & (conversations.c.id == found)
        await work.connection.execute(delete(conversations).where(mine))
        blobs = frozenset(self._places.blobs([found]))
        return Erased(1, more=True, blobs=blobs, afterwards=self._places.deleting([found]))


def _began(work: Work, person: Person) -> ColumnElement[bool]:
    own = conversations.c
    return (own.org_id == work.scope.org) & own.created_by.in_(person.principals)


def _messages(
    exchanges: Sequence[Exchange], starters: dict[str, str], own: Sequence[str]
) -> list[dict[str, Any]]:
    """In the order in which they were said; what others said is theirs."""
    said: list[dict[str, Any]] = []
    for each in exchanges:
        at = each.run.created_at
        if starters.get(each.run.id) not in own:
            said.append({"at": at, "from": "somebody else"})
            continue
        files = [file.path for file in each.user.files]
        said.append({"at": at, "from": "person", "text": each.user.text, "files": files})
        if each.assistant is not None:
            text = each.assistant.text
            said.append({"at": each.run.ended_at, "from": each.run.agent, "text": text})
    return said


async def runs_of(work: Work, person: Person) -> Family:
    """Every run that an erasure of the person takes."""
    query = select(conversations.c.id).where(_began(work, person))
    ids = set(await runs_begun_by(work, person))
    for each in list((await work.connection.execute(query)).scalars()):
        family = await of_session(work, each)
        ids |= {*family.ended, *family.alive}
    return await family_of(work, sorted(ids)) if ids else Family()
