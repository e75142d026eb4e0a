"""The doors served over real sockets, in front of real rooms; upstream is whatever a test says."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from anthropic import AsyncAnthropic
from google.genai import Client as GeminiClient
from google.genai.types import HttpOptions
from openai import AsyncOpenAI

from cadre.app.access import build_access
from cadre.edge.anthropic_api import AnthropicApi
from cadre.edge.gateway import Admission
from cadre.edge.gemini_api import GeminiApi
from cadre.edge.openai_api import OpenAIApi
from cadre.engine.agents import KIND, AgentDriver, Agents
from cadre.engine.approvals import Approvals
from cadre.engine.conversations import AgentModels, Conversations, Files, Names
from cadre.engine.gate import Gate
from cadre.engine.models import (
    AnswerCache,
    Breakers,
    Catalog,
    Connections,
    EnvironmentProvider,
    Experience,
    Health,
    Ledger,
    Models,
    Patience,
    Planner,
    Retries,
    Routing,
    Views,
)
from cadre.engine.operator import OfflineOperator
from cadre.engine.runs import Runs, RunsSettings, Worker
from cadre.engine.sandbox import SandboxReport, UnavailableSandbox
from cadre.engine.tools import Storage, Toolbox, Workspaces
from cadre.engine.tools.builtin import tools as builtin_tools
from cadre.infra.asgi import RequestFiles
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.kernel.scope import Scope
from cadre.trust.access import SYSTEM, Subject
from cadre.trust.accounts import Accounts
from cadre.trust.budgets import Budgets
from cadre.trust.keys import KeyBook, KeyRequest, Keys
from cadre.trust.limits import FairQueue, Limits
from cadre.trust.orgs import Tenants
from cadre.trust.secrets import Secrets
from cadre.trust.usage import Usage, UsageLog
from tests.engine.models.wires.aimock import Aimock
from tests.engine.models.wires.raw_server import RawServer

PATIENCE = Patience(idle_seconds=0.7, connect_seconds=2.0)


@dataclass
class Gateway:
    """`url` is where the doors are served, `key` a valid API key of the test's org."""

    url: str
    key: str
    key_id: str
    scope: Scope
    database: Database
    book: KeyBook
    usage: UsageLog
    agents: Agents
    runs: Runs
    conversations: Conversations

    def openai(self, **options: Any) -> AsyncOpenAI:
        """OpenAI's official client."""
        given: dict[str, Any] = {"api_key": self.key, "max_retries": 0, **options}
        return AsyncOpenAI(base_url=f"{self.url}/v1", **given)

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """Anthropic's official client."""
        given: dict[str, Any] = {"api_key": self.key, "max_retries": 0, **options}
        return AsyncAnthropic(base_url=self.url, **given)

    def gemini(self, **options: Any) -> Any:
        """Google's official client; a type checker can't follow its types."""
        given: dict[str, Any] = {"base_url": self.url, **options}
        return GeminiClient(api_key=self.key, http_options=HttpOptions(**given))

    def plain(self, **headers: str) -> httpx2.AsyncClient:
        """A client that sends what it is told to."""
        given = {"Authorization": f"Bearer {self.key}", **headers}
        return httpx2.AsyncClient(base_url=self.url, headers=given, timeout=20)

    async def make_agent(self, name: str, model: str) -> None:
        text = f"name: {name}\ninstructions: Do it.\nmodel: {model}\ntools: [list_files]\n"
        async with self.database.begin(self.scope) as work:
            await self.agents.put(work, name, text)

    async def revoke(self) -> None:
        async with self.database.begin(self.scope) as work:
            await self.book.revoke(work, self.key_id)


def at_aimock(aimock: Aimock) -> list[EnvironmentProvider]:
    """The three wires, all of them answered by aimock."""
    return [
        EnvironmentProvider(
            "openai", f"{aimock.url}/v1", "sk-test", ("gpt-4.1-mini",), kind="openai"
        ),
        EnvironmentProvider(
            "anthropic", aimock.url, "sk-test", ("claude-haiku-4-5",), kind="anthropic"
        ),
        EnvironmentProvider("google", aimock.url, "sk-test", kind="google"),
    ]


def at_raw(server: RawServer) -> list[EnvironmentProvider]:
    """The three wires, answered byte by byte as a test says."""
    return [
        EnvironmentProvider("openai", f"{server.url}/v1", "sk-test", kind="openai"),
        EnvironmentProvider("anthropic", server.url, "sk-test", kind="anthropic"),
        EnvironmentProvider("google", server.url, "sk-test", kind="google"),
    ]


@asynccontextmanager
async def open_gateway(
    database: Database, scope: Scope, folder: Path, environment: Sequence[EnvironmentProvider]
) -> AsyncGenerator[Gateway]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(HttpClient())
        blobs, bus, accounts = Blobs(folder / "blobs"), Bus(), Accounts()
        budgets = Budgets(database)
        await budgets.open()
        stack.push_async_callback(budgets.close)
        usage = UsageLog(database, budgets, folder / "spool")
        await usage.open()
        stack.push_async_callback(usage.close)
        breakers = Breakers()
        health = Health(breakers)
        connections = Connections(http=http, secrets=Secrets(bytes(32)), environment=environment)
        views = Views(connections, Catalog(discovered=connections.discovered), health, breakers)
        routing = Routing(views.candidates)
        models = Models(
            http=http,
            blobs=blobs,
            planner=Planner(database, views, routing),
            ledger=Ledger(budgets, usage),
            experience=Experience(breakers, health),
            cache=AnswerCache(),
            offline=OfflineOperator(),
            patience=PATIENCE,
            retries=Retries(per_target=0),
        )
        runs = Runs(database, blobs, bus, RunsSettings())
        await runs.open()
        stack.push_async_callback(runs.close)
        workspaces = Workspaces(folder / "workspaces", blobs)
        storage = Storage(database, workspaces, Tenants(database))
        toolbox = Toolbox([*builtin_tools()])
        driver = AgentDriver(
            blobs=blobs,
            runs=runs,
            models=models,
            toolbox=toolbox,
            gate=Gate(database, toolbox, Approvals(database, runs, bus)),
            storage=storage,
            sandbox=UnavailableSandbox(SandboxReport(available=False, kind="none")),
            http=http,
        )
        worker = Worker(runs, {KIND: driver})
        working = asyncio.create_task(worker.run())
        stack.push_async_callback(_stopped, worker, working)
        agents = Agents(toolbox)
        conversations = Conversations(database, runs, agents, Files(storage, blobs), bus)
        access = build_access(database, accounts, Usage())
        book: KeyBook = access[KeyBook]
        queue = FairQueue(1_000)
        shared: dict[str, Any] = {
            "admission": Admission(access[Keys], Tenants(database), Limits(database), queue),
            "models": models,
            "agents": AgentModels(conversations, runs),
            "files": RequestFiles(http),
            "names": Names(database, views, routing, agents),
        }
        openai, anthropic = OpenAIApi(**shared), AnthropicApi(**shared)
        gemini = GeminiApi(**shared)

        async def app(asgi_scope: Any, receive: Any, send: Any) -> None:
            door = gemini if GeminiApi.is_meant(asgi_scope) else openai
            if AnthropicApi.is_meant(asgi_scope):
                door = anthropic
            await door(asgi_scope, receive, send)

        async with database.begin(scope) as work:
            owner = await accounts.ensure_owner(work)
            wanted = KeyRequest(name="test")
            made = await book.create(work, SYSTEM, Subject("user", owner.id), wanted)
        url = await stack.enter_async_context(_served(app))
        yield Gateway(
            url, made.key, made.id, scope, database, book, usage, agents, runs, conversations
        )


async def _stopped(worker: Worker, working: asyncio.Task[None]) -> None:
    await worker.close(drain_seconds=0.5)
    await working


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def _served(app: Any) -> AsyncGenerator[str]:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve([bound]))
        await server.is_ready.wait()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True


async def nothing_left(before: set[asyncio.Task[Any]]) -> None:
    """Wait until no task but those of `before` is there: nobody goes on for a client that left.

    Servers of the test keep a task for each connection that may be used again.
    """
    async with asyncio.timeout(5):
        while left := {task for task in asyncio.all_tasks() - before if not _is_servers(task)}:
            await asyncio.wait(left, timeout=0.05)


def _is_servers(task: asyncio.Task[Any]) -> bool:
    return getattr(task.get_coro(), "__qualname__", "").startswith("RequestHandler.")
