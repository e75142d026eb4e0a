"""How long conversations are kept that nothing happens in."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import ColumnElement, delete, func, select

from cadre.engine.conversations.tables import conversations
from cadre.engine.runs import Folders, RunsRetained, of_session
from cadre.infra.database import Work
from cadre.trust.privacy import DataClass, Expired, Held, counted

_MOST = 20


class ConversationsRetained:
    """Conversations with their runs and files, by when something was last said in them."""

    about = DataClass(
        "conversations",
        "Conversations",
        "Conversations in which nothing was said for so long, with their messages and files.",
        None,
    )

    def __init__(self, runs: RunsRetained, folders: Folders) -> None:
        self._runs = runs
        self._folders = folders

    async def held(self, work: Work) -> Held:
        oldest = select(func.min(conversations.c.updated_at)).where(_mine(work))
        rows = await counted(work, conversations, _mine(work))
        return Held(rows, (await work.connection.execute(oldest)).scalar_one())

    async def due(self, work: Work, before: float) -> int:
        return await counted(work, conversations, _is_old(work, before))

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        """Those in which something is at work wait for the next time."""
        query = select(conversations.c.id).where(_is_old(work, before))
        oldest = query.order_by(conversations.c.updated_at).limit(min(most, _MOST))
        gone: list[str] = []
        afterwards: list[Callable[[], Awaitable[None]]] = []
        for each in list((await work.connection.execute(oldest)).scalars()):
            family = await of_session(work, each)
            if family.alive:
                continue
            afterwards.append(await self._runs.remove(work, family.ended))
            own = _mine(work) & (conversations.c.id == each)
            await work.connection.execute(delete(conversations).where(own))
            gone.append(each)
        return Expired(len(gone), self._finishing(gone, afterwards))

    def _finishing(
        self, gone: Sequence[str], afterwards: Sequence[Callable[[], Awaitable[None]]]
    ) -> Callable[[], Awaitable[None]]:
        async def finish() -> None:
            for each in afterwards:
                await each()
            for conversation in gone:
                await self._folders.delete(conversation)

        return finish


def _mine(work: Work) -> ColumnElement[bool]:
    return conversations.c.org_id == work.scope.org


def _is_old(work: Work, before: float) -> ColumnElement[bool]:
    return _mine(work) & (conversations.c.updated_at < before)
