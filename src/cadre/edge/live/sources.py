"""Sources: what there is to follow, checked before a stream is opened."""

from dataclasses import dataclass
from typing import Annotated

from cadre.edge.live.feeds import ConversationFeed, Feed, RunFeed
from cadre.edge.live.positions import BadPosition, conversation_position, run_position
from cadre.engine.conversations import Conversations
from cadre.engine.runs import Runs
from cadre.infra.bus import Bus
from cadre.infra.web import Provide
from cadre.kernel.ids import ConversationId, RunId
from cadre.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Sources:
    """Both refuse what is not the org's, and a position that the stream never gave out."""

    runs: Annotated[Runs, Provide(Runs)]
    conversations: Annotated[Conversations, Provide(Conversations)]
    bus: Annotated[Bus, Provide(Bus)]

    async def run(self, scope: Scope, run_id: RunId, after: str | None) -> Feed:
        position = run_position(after)
        await self.runs.get(scope, run_id)
        return RunFeed(self.runs, scope, run_id, position)

    async def conversation(
        self, scope: Scope, conversation_id: ConversationId, after: str | None
    ) -> Feed:
        await self.conversations.get(scope, conversation_id)
        position = conversation_position(after)
        if position is not None:
            run = await self.runs.get(scope, position.run_id)
            if run.session_id != conversation_id:
                raise BadPosition("This conversation has no such event.", field="after")
        return ConversationFeed(self.runs, self.bus, scope, conversation_id, position)
