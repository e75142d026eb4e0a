"""Conversations: people and an agent, turn by turn. One message is one run.

Runs of a conversation share its id as session and workspace, so they come strictly one after
the other and see each other's files. Nothing that was said is stored here.

Methods take a scope and commit by themselves, as those of `Runs` do: a conversation must be
durable before a run is started in it.
"""

import hashlib
import time
from collections.abc import Collection

import orjson

from cadre.engine.agents import KIND, AgentDefinition, AgentInput, AgentOutput, Agents
from cadre.engine.conversations.errors import ConversationNotFound, KeyReused
from cadre.engine.conversations.files import Files
from cadre.engine.conversations.schemas import (
    TITLE_CHARACTERS,
    Conversation,
    ConversationInput,
    Exchange,
    MessageInput,
    RunInput,
    Said,
)
from cadre.engine.conversations.store import ConversationStore, place_of
from cadre.engine.runs import ENDED, Run, Runs, RunSpec, new_run_id
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.events import ConversationChanged
from cadre.kernel.ids import ConversationId, RunId, new_id
from cadre.kernel.messages import Json
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object
from cadre.trust.privacy import require_no_hold

_PAGE = 100


class Conversations:
    """An org's conversations."""

    def __init__(
        self, database: Database, runs: Runs, agents: Agents, files: Files, bus: Bus
    ) -> None:
        self._database = database
        self._runs = runs
        self._agents = agents
        self._files = files
        self._bus = bus

    async def create(
        self, scope: Scope, given: ConversationInput, created_by: str = ""
    ) -> Conversation:
        """Begin one; `created_by` is whose it is, by default the scope's principal's."""
        now = time.time()
        conversation = Conversation(
            id=ConversationId(new_id("cnv")),
            title=given.title.strip(),
            agent=given.agent,
            created_at=now,
            updated_at=now,
        )
        async with self._database.begin(scope) as work:
            await self._agents.get(work, given.agent)
            principal = f"{scope.principal.kind}:{scope.principal.id}"
            await ConversationStore(work).add(conversation, created_by or principal)
        return conversation

    async def get(self, scope: Scope, conversation_id: str) -> Conversation:
        async with self._database.read(scope) as work:
            found = await _found(ConversationStore(work), conversation_id)
        return await self._with_status(scope, found)

    async def listing(
        self,
        scope: Scope,
        *,
        text: str | None = None,
        owners: Collection[str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Conversation]:
        """Latest activity first; only those that `owners` began, if they are given."""
        async with self._database.read(scope) as work:
            store = ConversationStore(work)
            found = await store.listing(text=text, owners=owners, cursor=cursor, limit=limit + 1)
        items = [await self._with_status(scope, one) for one in found[:limit]]
        following = place_of(found[limit - 1]) if len(found) > limit else None
        return Page[Conversation](items=items, next=following)

    async def rename(self, scope: Scope, conversation_id: str, title: str) -> Conversation:
        async with self._database.begin(scope) as work:
            store = ConversationStore(work)
            await _found(store, conversation_id)
            await store.rename(conversation_id, title.strip())
        self._bus.publish(ConversationChanged(scope.org, ConversationId(conversation_id)))
        return await self.get(scope, conversation_id)

    async def delete(self, scope: Scope, conversation_id: str) -> None:
        """Forget the conversation and its files; its runs are ended and go by retention."""
        async with self._database.begin(scope) as work:
            store = ConversationStore(work)
            await _found(store, conversation_id)
            await require_no_hold(work)
            await store.delete(conversation_id)
        for run in await self._all_runs(scope, conversation_id):
            if run.status not in ENDED:
                await self._runs.cancel(scope, run.id, "The conversation was deleted.")
        await self._files.delete(conversation_id)
        self._bus.publish(ConversationChanged(scope.org, ConversationId(conversation_id)))

    async def post(
        self, scope: Scope, conversation_id: str, message: MessageInput, *, key: str | None = None
    ) -> Run:
        """Start the run of a message. With the same `key` again it is the same run."""
        async with self._database.read(scope) as work:
            conversation = await _found(ConversationStore(work), conversation_id)
            agent = message.agent or conversation.agent
            definition = await self._agents.definition(work, agent)
        await self._files.require(conversation_id, message.files)
        spec = _spec(agent, definition, message.text, message.files)
        spec.id = _run_id(scope, conversation_id, key)
        spec.session_id = spec.workspace_id = conversation_id
        run = await self._start(scope, spec)
        async with self._database.begin(scope) as work:
            title = _first_line(spec.input["text"])  # as the run has it: without secrets
            await ConversationStore(work).touch(conversation_id, title=title)
        self._bus.publish(ConversationChanged(scope.org, ConversationId(conversation_id)))
        return run

    async def _start(self, scope: Scope, spec: RunSpec) -> Run:
        """The run of `spec`: the one from before, if its id, and so its key, came before."""
        run = await self._runs.start(scope, spec)
        if run.agent != spec.agent or not _is_same(run.input, spec.input):
            raise KeyReused("This Idempotency-Key came with another message. Use a new one.")
        return run

    async def start(self, scope: Scope, given: RunInput, *, key: str | None = None) -> Run:
        """Start a run of an agent, in a conversation or on its own."""
        if given.session_id is not None:
            message = MessageInput(text=given.text, files=given.files, agent=given.agent)
            return await self.post(scope, given.session_id, message, key=key)
        if given.files:
            raise Invalid(
                "A run on its own has no files. Make a conversation, upload them there, and "
                "give its id as `session_id`.",
                field="files",
            )
        async with self._database.read(scope) as work:
            definition = await self._agents.definition(work, given.agent)
        spec = _spec(given.agent, definition, given.text, [])
        spec.id = _run_id(scope, "", key)
        return await self._start(scope, spec)

    async def steer(self, scope: Scope, run_id: str, text: str, *, key: str | None = None) -> bool:
        """Say something to a run at work: its agent reads it before its next model call."""
        run = await self._runs.get(scope, RunId(run_id))
        name = f"message:{key or new_id('msg')}"
        return await self._runs.signal(scope, run.id, key=name, name="message", data={"text": text})

    async def announce(self, scope: Scope, conversation_id: str) -> None:
        """Tell whoever watches that the conversation's files changed."""
        self._bus.publish(ConversationChanged(scope.org, ConversationId(conversation_id)))

    async def exchanges(self, scope: Scope, conversation_id: str) -> list[Exchange]:
        """Everything that was said, oldest first, read from the runs."""
        async with self._database.read(scope) as work:
            await _found(ConversationStore(work), conversation_id)
        runs = [
            run
            for run in await self._all_runs(scope, conversation_id)
            if run.kind == KIND and run.origin is None
        ]
        return [await self._exchange(scope, run) for run in reversed(runs)]

    async def _exchange(self, scope: Scope, listed: Run) -> Exchange:
        run = await self._runs.get(scope, listed.id)
        given = AgentInput.model_validate(run.input)
        files = await self._files.refs(run.workspace_id, given.files)
        assistant = None
        if run.output is not None:
            output = AgentOutput.model_validate(run.output)
            assistant = Said(text=output.text, files=output.files)
        return Exchange(
            run=run.model_copy(update={"definition": None, "input": None, "output": None}),
            user=Said(text=given.text, files=files),
            assistant=assistant,
        )

    async def _all_runs(self, scope: Scope, conversation_id: str) -> list[Run]:
        """Newest first."""
        found: list[Run] = []
        cursor: str | None = None
        while True:
            page = await self._runs.list(
                scope, session_id=conversation_id, cursor=cursor, limit=_PAGE
            )
            found += page.items
            cursor = page.next
            if cursor is None:
                return found

    async def _with_status(self, scope: Scope, conversation: Conversation) -> Conversation:
        newest = await self._runs.list(scope, session_id=conversation.id, limit=1)
        status = newest.items[0].status if newest.items else None
        return conversation.model_copy(update={"last_status": status})


async def _found(store: ConversationStore, conversation_id: str) -> Conversation:
    found = await store.get(conversation_id)
    if found is None:
        raise ConversationNotFound(f"There is no conversation {conversation_id}.")
    return found


def _run_id(scope: Scope, conversation_id: str, key: str | None) -> RunId:
    """The id of a message's run: one that came with the same `key` before is the same run."""
    if key is None:
        return new_run_id()
    of = "\0".join((scope.org, conversation_id, key))
    return RunId(f"run_{hashlib.sha256(of.encode()).hexdigest()[:32]}")


def _is_same(shown: Json, given: Json) -> bool:
    """Whether a run that shows this input was given that; a big one shows its digest."""
    if is_object(shown) and "$blob" in shown:
        return shown["$blob"] == f"sha256:{hashlib.sha256(orjson.dumps(given)).hexdigest()}"
    return shown == given


def _spec(agent: str, definition: AgentDefinition, text: str, files: list[str]) -> RunSpec:
    shown: Json = definition.model_dump(mode="json")
    return RunSpec(
        kind=KIND,
        definition=shown,
        input={"text": text, "files": files},
        title=_first_line(text),
        agent=agent,
    )


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shortened = f"{line[: TITLE_CHARACTERS - 1].rstrip()}…"
    return line if len(line) <= TITLE_CHARACTERS else shortened
