"""Conversations, messages and files over HTTP; starting runs of agents, and their files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import FileResponse

from cadre.engine.agents import AgentOutput
from cadre.engine.conversations.files import Files
from cadre.engine.conversations.schemas import (
    Accepted,
    Conversation,
    ConversationInput,
    ConversationPatch,
    Exchange,
    MessageInput,
    RunInput,
    SteeringInput,
)
from cadre.engine.conversations.service import Conversations
from cadre.engine.runs import Run, Runs
from cadre.engine.tools import FileRef
from cadre.infra.web import (
    CurrentScope,
    IdempotencyKey,
    Paging,
    Provide,
    authorize,
    check,
    download,
    file_answers,
    grants_of,
    maker_of,
    only_own,
    owners_of,
    requires,
    requires_own,
    requires_some,
)
from cadre.kernel.ids import RunId
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope

router = APIRouter()
_conversations = APIRouter(prefix="/conversations", tags=["conversations"])
_runs = APIRouter(prefix="/runs", tags=["runs"])

_Conversations = Annotated[Conversations, Provide(Conversations)]
_Files = Annotated[Files, Provide(Files)]
_Runs = Annotated[Runs, Provide(Runs)]

_CHUNK_BYTES = 1 << 20


@_conversations.get("", dependencies=[requires_own("conversations:read")])
async def list_conversations(
    scope: CurrentScope,
    conversations: _Conversations,
    request: Request,
    paging: Paging,
    q: str | None = None,
) -> Page[Conversation]:
    """Latest activity first; `q` searches titles."""
    owners = only_own(request, "conversations:read")
    return await conversations.listing(
        scope, text=q, owners=owners, cursor=paging.cursor, limit=paging.limit
    )


@_conversations.post("", status_code=201, dependencies=[requires_own("conversations:write")])
async def create_conversation(
    scope: CurrentScope, conversations: _Conversations, request: Request, body: ConversationInput
) -> Conversation:
    """Begin a conversation with an agent."""
    check(grants_of(request), "agents:run", f"agent:{body.agent}")
    return await conversations.create(scope, body, maker_of(request))


@_conversations.get(
    "/{conversation_id}",
    dependencies=[requires("conversations:read", "conversation:{conversation_id}")],
)
async def get_conversation(
    scope: CurrentScope, conversations: _Conversations, conversation_id: str
) -> Conversation:
    """One conversation; what was said is under `messages`."""
    return await conversations.get(scope, conversation_id)


@_conversations.patch(
    "/{conversation_id}",
    dependencies=[requires("conversations:write", "conversation:{conversation_id}")],
)
async def rename_conversation(
    scope: CurrentScope,
    conversations: _Conversations,
    conversation_id: str,
    body: ConversationPatch,
) -> Conversation:
    """Give it another title."""
    return await conversations.rename(scope, conversation_id, body.title)


@_conversations.delete(
    "/{conversation_id}",
    status_code=204,
    dependencies=[requires("conversations:write", "conversation:{conversation_id}")],
)
async def delete_conversation(
    scope: CurrentScope, conversations: _Conversations, conversation_id: str
) -> None:
    """Forget it with its files, and end its runs."""
    await conversations.delete(scope, conversation_id)


@_conversations.get(
    "/{conversation_id}/messages",
    dependencies=[requires("conversations:read", "conversation:{conversation_id}")],
)
async def list_messages(
    scope: CurrentScope, conversations: _Conversations, conversation_id: str
) -> Page[Exchange]:
    """Everything that was said, oldest first."""
    return Page[Exchange](items=await conversations.exchanges(scope, conversation_id))


@_conversations.post(
    "/{conversation_id}/messages",
    status_code=202,
    dependencies=[requires("conversations:write", "conversation:{conversation_id}")],
)
async def post_message(
    *,
    scope: CurrentScope,
    conversations: _Conversations,
    request: Request,
    conversation_id: str,
    body: MessageInput,
    key: IdempotencyKey = None,
) -> Run:
    """Say something; the answer is the run that was started (or stands in line)."""
    await _require_agent(request, conversations, scope, conversation_id, body.agent)
    return await conversations.post(scope, conversation_id, body, key=key)


@_conversations.get(
    "/{conversation_id}/files",
    dependencies=[requires("files:read", "conversation:{conversation_id}")],
)
async def list_conversation_files(
    scope: CurrentScope, conversations: _Conversations, files: _Files, conversation_id: str
) -> Page[FileRef]:
    """Files that people uploaded and agents made."""
    await conversations.get(scope, conversation_id)
    return Page[FileRef](items=await files.listing(conversation_id))


@_conversations.post(
    "/{conversation_id}/files",
    status_code=201,
    dependencies=[requires("files:write", "conversation:{conversation_id}")],
)
async def upload_file(
    *,
    scope: CurrentScope,
    conversations: _Conversations,
    request: Request,
    files: _Files,
    conversation_id: str,
    file: Annotated[UploadFile, File()],
) -> FileRef:
    """Put a file into the conversation's workspace, in place of one of the same name."""
    await conversations.get(scope, conversation_id)
    kept = await files.upload(
        scope, conversation_id, file.filename, _chunks(file), owners=owners_of(request)
    )
    await conversations.announce(scope, conversation_id)
    return kept


@_conversations.get(
    "/{conversation_id}/files/{path:path}",
    response_class=FileResponse,
    responses=file_answers("*/*"),
    dependencies=[requires("files:read", "conversation:{conversation_id}")],
)
async def download_conversation_file(
    *,
    scope: CurrentScope,
    conversations: _Conversations,
    files: _Files,
    conversation_id: str,
    path: str,
    inline: bool = False,
) -> Response:
    """A file as it is now; shown in the page with `inline` if its kind is safe to show."""
    await conversations.get(scope, conversation_id)
    ref, content = await files.open(conversation_id, path)
    return _send(ref, content, inline)


@_runs.post("", status_code=202, dependencies=[requires_some("agents:run")])
async def start_run(
    scope: CurrentScope,
    conversations: _Conversations,
    request: Request,
    body: RunInput,
    key: IdempotencyKey = None,
) -> Run:
    """Start a run of an agent, in a conversation or on its own."""
    if body.session_id is not None:
        await authorize(request, "conversations:write", f"conversation:{body.session_id}")
    check(grants_of(request), "agents:run", f"agent:{body.agent}")
    return await conversations.start(scope, body, key=key)


@_runs.post(
    "/{run_id}/messages", status_code=202, dependencies=[requires("runs:write", "run:{run_id}")]
)
async def steer_run(
    scope: CurrentScope,
    conversations: _Conversations,
    run_id: str,
    body: SteeringInput,
    key: IdempotencyKey = None,
) -> Accepted:
    """Say something to a run at work; its agent reads it before its next model call."""
    return Accepted(accepted=await conversations.steer(scope, run_id, body.text, key=key))


@_runs.get("/{run_id}/files", dependencies=[requires("files:read", "run:{run_id}")])
async def list_run_files(
    scope: CurrentScope, runs: _Runs, files: _Files, run_id: str
) -> Page[FileRef]:
    """Files of the workspace that the run works in."""
    run = await runs.get(scope, RunId(run_id))
    return Page[FileRef](items=await files.listing(run.workspace_id))


@_runs.get(
    "/{run_id}/files/{path:path}",
    response_class=FileResponse,
    responses=file_answers("*/*"),
    dependencies=[requires("files:read", "run:{run_id}")],
)
async def download_run_file(
    *,
    scope: CurrentScope,
    runs: _Runs,
    files: _Files,
    run_id: str,
    path: str,
    inline: bool = False,
) -> Response:
    """A file that the run answered with, as it was then; any other as it is now."""
    run = await runs.get(scope, RunId(run_id))
    answered = AgentOutput.model_validate(run.output).files if _is_answer(run) else []
    for ref in answered:
        if ref.path == path and (content := files.kept(ref)) is not None:
            return _send(ref, content, inline)
    ref, content = await files.open(run.workspace_id, path)
    return _send(ref, content, inline)


async def _require_agent(
    request: Request,
    conversations: Conversations,
    scope: Scope,
    conversation_id: str,
    agent: str | None,
) -> None:
    """Raise unless work may be given to `agent`, or else to the conversation's own."""
    grants = grants_of(request)
    if not grants.allows("agents:run"):
        named = agent or (await conversations.get(scope, conversation_id)).agent
        check(grants, "agents:run", f"agent:{named}")


def _is_answer(run: Run) -> bool:
    return run.kind == "agent" and run.output is not None


def _send(ref: FileRef, content: Path, inline: bool) -> Response:
    return download(content, name=ref.path, media_type=ref.media_type, inline=inline)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK_BYTES):
        yield chunk


router.include_router(_conversations)
router.include_router(_runs)
