"""Wiring: the one place where everything is made and handed to what needs it.

`wired` gives the services by type, with the background work of this process running; when
the block is left, runs under way are put down so that the next process takes them up.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
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
from cadre.engine.operator import NAME as OFFLINE
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
        services = await _make(settings, stack, say)
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


async def _make(settings: Settings, stack: AsyncExitStack, say: Say) -> Services:
    home = settings.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    came_from = await migrate(database)
    say(f"{database.dialect} database" + (" made" if came_from is None else ""))
    secrets = Secrets(load_master_key(settings.master_key))
    blobs, bus = Blobs(home / "blobs"), Bus()
    http = HttpClient(allow_private=settings.private_hosts)
    stack.push_async_callback(http.close)
    sandbox = await open_sandbox(private_paths=(home,))
    report = await sandbox.probe()
    say(f"sandbox: {report.kind}" if report.available else f"code tools are off: {report.reason}")
    runs = Runs(database, blobs, bus, RunsSettings())
    models = Models(
        http=http,
        blobs=blobs,
        secrets=secrets,
        offline=OfflineOperator(),
        environment=await providers_from(settings, http),
    )
    quota_bytes = settings.workspace_megabytes * 1_000_000
    workspaces = Workspaces(home / "workspaces", blobs, quota_bytes=quota_bytes)
    files = Files(workspaces, blobs)
    toolbox = Toolbox.installed()
    approvals = Approvals(database, runs, bus)
    gate = Gate(database, toolbox, approvals)
    agents = Agents(toolbox)
    driver = AgentDriver(
        database=database,
        blobs=blobs,
        runs=runs,
        models=models,
        toolbox=toolbox,
        gate=gate,
        workspaces=workspaces,
        sandbox=sandbox,
        http=http,
    )
    made: list[Any] = [
        database,
        secrets,
        blobs,
        bus,
        http,
        runs,
        models,
        workspaces,
        files,
        toolbox,
        approvals,
        gate,
        agents,
        Accounts(),
        Attempts(),
        Streams(),
        Conversations(database, runs, agents, files, bus),
        ApprovalJobs(approvals, bus, OWNER_SCOPE),
        Worker(runs, {"agent": driver}, concurrency=settings.concurrency),
        report,
        _surroundings(report, models),
    ]
    services: Services = {type(service): service for service in made}
    return services | {Sandbox: sandbox}


def _surroundings(report: SandboxReport, models: Models) -> Surroundings:
    state = SandboxState(
        available=report.available, kind=report.kind or None, reason=report.reason or None
    )

    async def sandbox_state() -> SandboxState:
        return state

    async def models_state(work: Work) -> ModelsState:
        default = await models.default(work)
        return ModelsState(configured=default != OFFLINE, default=default)

    return Surroundings(__version__, sandbox_state, models_state)
