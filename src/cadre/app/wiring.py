"""Wiring: the one place where everything is made and handed to what needs it.

`wired` gives the services by type, with the background work of this process running; when
the block is left, runs under way are put down so that the next process takes them up.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cadre import __version__
from cadre.app.local import OWNER_SCOPE
from cadre.app.providers import providers_from
from cadre.app.settings import Settings
from cadre.edge.http import ModelsState, SandboxState, Surroundings
from cadre.edge.live import Streams
from cadre.engine.agents import AgentDriver, Agents
from cadre.engine.approvals import ApprovalJobs, Approvals
from cadre.engine.conversations import Conversations, Files
from cadre.engine.gate import Gate
from cadre.engine.models import Models
from cadre.engine.operator import OfflineOperator
from cadre.engine.runs import Runs, RunsSettings, Worker
from cadre.engine.sandbox import Sandbox, SandboxReport, open_sandbox
from cadre.engine.tools import Toolbox, Workspaces
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, Work, migrate
from cadre.infra.http_client import HttpClient
from cadre.trust.accounts import Accounts, Attempts
from cadre.trust.secrets import Secrets, load_master_key

Services = dict[type[Any], Any]
Say = Callable[[str], object]

_DRAIN_SECONDS = 5.0


@asynccontextmanager
async def wired(settings: Settings, say: Say) -> AsyncGenerator[Services]:
    """Everything, running. `say` is told what a person who waits would like to know."""
    async with AsyncExitStack() as stack:
        services = await _build(settings, await _lay_ground(settings, stack, say))
        runs, worker = services[Runs], services[Worker]
        await runs.open()
        stack.push_async_callback(runs.close)
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            jobs = group.create_task(services[ApprovalJobs].run())
            try:
                yield services
            finally:
                jobs.cancel()
                await worker.close(_DRAIN_SECONDS)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the engine stands on."""

    database: Database
    secrets: Secrets
    blobs: Blobs
    bus: Bus
    http: HttpClient
    sandbox: Sandbox
    report: SandboxReport


async def _lay_ground(settings: Settings, stack: AsyncExitStack, say: Say) -> _Ground:
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
    return _Ground(database, secrets, Blobs(home / "blobs"), Bus(), http, sandbox, report)


async def _build(settings: Settings, ground: _Ground) -> Services:
    database, blobs, bus = ground.database, ground.blobs, ground.bus
    quota_bytes = settings.workspace_megabytes * 1_000_000
    workspaces = Workspaces(settings.home / "workspaces", blobs, quota_bytes=quota_bytes)
    models = Models(
        http=ground.http,
        blobs=blobs,
        secrets=ground.secrets,
        offline=OfflineOperator(),
        environment=await providers_from(settings, ground.http),
    )
    # Of its own: retention deletes a payload once no run refers to it, whoever else may.
    payloads = Blobs(settings.home / "payloads")
    runs, toolbox = Runs(database, payloads, bus, RunsSettings()), Toolbox.installed()
    approvals, agents = Approvals(database, runs, bus), Agents(toolbox)
    gate, files = Gate(database, toolbox, approvals), Files(workspaces, blobs)
    driver = AgentDriver(
        database=database,
        blobs=blobs,
        runs=runs,
        models=models,
        toolbox=toolbox,
        gate=gate,
        workspaces=workspaces,
        sandbox=ground.sandbox,
        http=ground.http,
    )
    engine = (runs, models, workspaces, toolbox, approvals, gate, agents, files)
    doors = (Accounts(), Attempts(), Streams(), _surroundings(ground.report, models))
    work = (
        Conversations(database, runs, agents, files, bus),
        ApprovalJobs(approvals, bus, OWNER_SCOPE),
        Worker(runs, {"agent": driver}, concurrency=settings.concurrency),
    )
    return _by_type(ground, *engine, *doors, *work)


def _by_type(ground: _Ground, *others: Any) -> Services:
    plain = (ground.database, ground.secrets, ground.blobs, ground.bus, ground.http, ground.report)
    services: Services = {type(service): service for service in (*plain, *others)}
    return services | {Sandbox: ground.sandbox}  # asked for by what it promises


def _surroundings(report: SandboxReport, models: Models) -> Surroundings:
    state = SandboxState(
        available=report.available, kind=report.kind or None, reason=report.reason or None
    )

    async def sandbox_state() -> SandboxState:
        return state

    async def models_state(work: Work) -> ModelsState:
        configured = bool(await models.providers(work))
        return ModelsState(configured=configured, default=await models.default(work))

    return Surroundings(__version__, sandbox_state, models_state)
