"""Whose a conversation or a run is: whoever began it; a run of a conversation also its beginner's."""

from cadre.engine.conversations.store import ConversationStore
from cadre.engine.runs import Runs
from cadre.infra.database import Database
from cadre.infra.web import Ownership
from cadre.kernel.errors import NotFound
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object


class MadeThings(Ownership):
    """Knows who began conversations and runs."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database = database
        self._runs = runs

    async def owns(self, scope: Scope, owners: frozenset[str], resource: str) -> bool:
        """Whether one of `owners` made `resource`; what is not there is nobody's."""
        kind, _, name = resource.partition(":")
        if kind == "conversation":
            return await self._began(scope, owners, name)
        return kind == "run" and await self._started(scope, owners, RunId(name))

    async def _began(self, scope: Scope, owners: frozenset[str], conversation_id: str) -> bool:
        async with self._database.read(scope) as work:
            return await ConversationStore(work).created_by(conversation_id) in owners

    async def _started(self, scope: Scope, owners: frozenset[str], run_id: RunId) -> bool:
        try:
            run = await self._runs.summary(scope, run_id)
            events = await self._runs.events(scope, run_id, after=-1, limit=1)
        except NotFound:
            return False
        begun = events[0].data.get("scope") if events and is_object(events[0].data) else None
        principal = begun.get("principal") if is_object(begun) else None
        if is_object(principal) and f"{principal.get('kind')}:{principal.get('id')}" in owners:
            return True
        return run.session_id is not None and await self._began(scope, owners, run.session_id)
