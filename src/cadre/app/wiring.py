"""Wiring: the one place where everything is made and handed to what needs it.

`wired` gives the services by type, with the background work of this process running; when
the block is left, runs under way are put down so that the next process takes them up.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from cadre import __version__
from cadre.app.ground import Ground, Say, Services
from cadre.app.local import OWNER_SCOPE
from cadre.app.models import build_models
from cadre.app.settings import Settings
from cadre.edge.anthropic_api import AnthropicApi
from cadre.edge.gemini_api import GeminiApi
from cadre.edge.http import ModelsState, SandboxState, Surroundings
from cadre.edge.live import Streams
from cadre.edge.openai_api import OpenAIApi
from cadre.engine.agents import AgentDriver, Agents
from cadre.engine.approvals import ApprovalJobs, Approvals
from cadre.engine.conversations import AgentModels, Conversations, Files, Names
from cadre.engine.gate import Gate
from cadre.engine.models import HealthJobs, Listing, Models, Routing, Views
from cadre.engine.runs import Runs, RunsSettings, Worker
from cadre.engine.sandbox import Sandbox, SandboxReport, open_sandbox
from cadre.engine.tools import Toolbox, Workspaces
from cadre.infra.asgi import RequestFiles
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, Work, migrate
from cadre.infra.http_client import HttpClient
from cadre.trust.accounts import Accounts, Attempts, Keys
from cadre.trust.budgets import BudgetJobs, Budgets
from cadre.trust.secrets import Secrets, load_master_key
from cadre.trust.usage import UsageJobs, UsageLog

_DRAIN_SECONDS = 5.0
_JOBS = (ApprovalJobs, UsageLog, UsageJobs, BudgetJobs, HealthJobs)


@asynccontextmanager
async def wired(settings: Settings, say: Say) -> AsyncGenerator[Services]:
    """Everything, running. `say` is told what a person who waits would like to know."""
    async with AsyncExitStack() as stack:
        services = await _build(settings, await _lay_ground(settings, stack, say))
        for opened in (services[Runs], services[Budgets], services[UsageLog]):
            await opened.open()
            stack.push_async_callback(opened.close)
        worker = services[Worker]
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            jobs = [group.create_task(services[kind].run()) for kind in _JOBS]
            try:
                yield services
            finally:
                for job in jobs:
                    job.cancel()
                await worker.close(_DRAIN_SECONDS)


async def _lay_ground(settings: Settings, stack: AsyncExitStack, say: Say) -> Ground:
    home = settings.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    came_from = await migrate(database)
    say(f"{database.dialect} database" + (" made" if came_from is None else ""))
    secrets = Secrets(load_master_key(settings.master_key))
    http = HttpClient(allow_private=settings.private_hosts)
    stack.push_async_callback(http.close)
    sandbox = await open_sandbox(private_paths=(home,))
    report = await sandbox.probe()
    say(f"sandbox: {report.kind}" if report.available else f"code tools are off: {report.reason}")
    return Ground(database, secrets, Blobs(home / "blobs"), Bus(), http, sandbox, report)


async def _build(settings: Settings, ground: Ground) -> Services:
    database, blobs, bus = ground.database, ground.blobs, ground.bus
    quota_bytes = settings.workspace_megabytes * 1_000_000
    workspaces = Workspaces(settings.home / "workspaces", blobs, quota_bytes=quota_bytes)
    asking = await build_models(settings, ground)
    models, listing = asking[Models], asking[Listing]
    # Of its own: retention deletes a payload once no run refers to it, whoever else may.
    payloads = Blobs(settings.home / "payloads")
    runs, toolbox = Runs(database, payloads, bus, RunsSettings()), Toolbox.installed()
    approvals, agents = Approvals(database, runs, bus), Agents(toolbox)
    gate, files = Gate(database, toolbox, approvals), Files(workspaces, blobs)
    driver = AgentDriver(
        blobs=blobs,
        runs=runs,
        models=models,
        toolbox=toolbox,
        gate=gate,
        workspaces=workspaces,
        sandbox=ground.sandbox,
        http=ground.http,
    )
    engine = (runs, workspaces, toolbox, approvals, gate, agents, files)
    doors = (Accounts(), Attempts(), Streams(), _surroundings(ground.report, listing))
    conversations = Conversations(database, runs, agents, files, bus)
    foreign = _foreign_doors(ground, asking, conversations, runs, agents)
    work = (
        conversations,
        ApprovalJobs(approvals, bus, OWNER_SCOPE),
        Worker(runs, {"agent": driver}, concurrency=settings.concurrency),
    )
    return _by_type(ground, *engine, *doors, *foreign, *work) | asking


def _foreign_doors(
    ground: Ground, asking: Services, conversations: Conversations, runs: Runs, agents: Agents
) -> tuple[OpenAIApi, AnthropicApi, GeminiApi]:
    """The doors for clients that speak another house's words."""
    shared: dict[str, Any] = {
        "keys": Keys(ground.database, Accounts()),
        "models": asking[Models],
        "agents": AgentModels(conversations, runs),
        "files": RequestFiles(ground.blobs, ground.http),
        "names": Names(ground.database, asking[Views], asking[Routing], agents),
    }
    return OpenAIApi(**shared), AnthropicApi(**shared), GeminiApi(**shared)


def _by_type(ground: Ground, *others: Any) -> Services:
    plain = (ground.database, ground.secrets, ground.blobs, ground.bus, ground.http, ground.report)
    services: Services = {type(service): service for service in (*plain, *others)}
    return services | {Sandbox: ground.sandbox}  # asked for by what it promises


def _surroundings(report: SandboxReport, listing: Listing) -> Surroundings:
    state = SandboxState(
        available=report.available, kind=report.kind or None, reason=report.reason or None
    )

    async def sandbox_state() -> SandboxState:
        return state

    async def models_state(work: Work) -> ModelsState:
        configured = bool(await listing.configured(work))
        return ModelsState(configured=configured, default=await listing.default(work))

    return Surroundings(__version__, sandbox_state, models_state)
