"""Wiring: the one place where everything is made and handed to what needs it.

`wired` gives the services by type, with the background work of this process running; when
the block is left, runs under way are put down so that the next process takes them up.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from cadre import __version__
from cadre.app.access import build_access
from cadre.app.accounts import build_accounts, postman_of
from cadre.app.audit import build_audit
from cadre.app.federation import build_federation
from cadre.app.ground import Ground, Say, Services
from cadre.app.local import OWNER_SCOPE
from cadre.app.models import build_models
from cadre.app.organisations import build_allowances, build_orgs, open_tenants
from cadre.app.policies import AuditedConsents, build_gate
from cadre.app.privacy import build_privacy
from cadre.app.settings import Settings
from cadre.app.vault import build_vault, open_secrets
from cadre.edge.anthropic_api import AnthropicApi
from cadre.edge.gateway import Admission
from cadre.edge.gemini_api import GeminiApi
from cadre.edge.http import ModelsState, SandboxState, Surroundings
from cadre.edge.live import Streams
from cadre.edge.openai_api import OpenAIApi
from cadre.engine.agents import AgentDriver, Agents
from cadre.engine.approvals import ApprovalJobs, Approvals
from cadre.engine.conversations import AgentModels, Conversations, Files, MadeThings, Names
from cadre.engine.gate import Gate
from cadre.engine.models import HealthJobs, Listing, Models, Routing, Views
from cadre.engine.runs import Runs, RunsSettings, Worker
from cadre.engine.sandbox import Sandbox, SandboxReport, open_sandbox
from cadre.engine.tools import MEGABYTE, Lender, Storage, Toolbox, Workspaces
from cadre.infra.asgi import RequestFiles
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, Work, migrate
from cadre.infra.http_client import HttpClient
from cadre.infra.mail import Postman
from cadre.infra.telemetry import get_logger, mask_in_logs
from cadre.infra.web import Ownership, ProblemMasks
from cadre.trust.accounts import Accounts, EventLog
from cadre.trust.audit import AuditLog
from cadre.trust.budgets import BudgetJobs, Budgets
from cadre.trust.consent import Consents
from cadre.trust.federation import ProviderWays
from cadre.trust.keys import Keys
from cadre.trust.limits import FairQueue, Limits, Load
from cadre.trust.orgs import OrgJobs, Tenants
from cadre.trust.policy import Policies, PolicyJobs
from cadre.trust.privacy import PrivacyJobs
from cadre.trust.secrets import Learning, VaultJobs
from cadre.trust.usage import Usage, UsageLog

_DRAIN_SECONDS = 5.0
_log = get_logger("database")
_JOBS = (Postman, OrgJobs, ApprovalJobs, UsageLog, BudgetJobs, HealthJobs, PolicyJobs, PrivacyJobs)
_COUNTING = (AuditLog, Limits, Load, VaultJobs)


@asynccontextmanager
async def wired(settings: Settings, say: Say) -> AsyncGenerator[Services]:
    """Everything, running. `say` is told what a person who waits would like to know."""
    async with AsyncExitStack() as stack:
        ground = await _lay_ground(settings, stack, say)
        services = await _build(settings, ground)
        stack.callback(services[Policies].close)
        services[Consents].audit = AuditedConsents(services[AuditLog])
        opening = (Runs, Budgets, UsageLog, AuditLog, Limits)
        for opened in (services[kind] for kind in opening):
            await opened.open()
            stack.push_async_callback(opened.close)
        worker = services[Worker]
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            jobs = [group.create_task(services[kind].run()) for kind in (*_JOBS, *_COUNTING)]
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
    if unguarded := await database.unguarded():
        _log.warning("rows_unguarded", reason=unguarded)
        say(f"Warning: {unguarded}")
    secrets = open_secrets(settings)
    stack.callback(mask_in_logs(secrets.redactor.process))
    http = HttpClient(allow_private=settings.private_hosts)
    stack.push_async_callback(http.close)
    sandbox = await open_sandbox(private_paths=(home,))
    report = await sandbox.probe()
    say(f"sandbox: {report.kind}" if report.available else f"code tools are off: {report.reason}")
    return Ground(database, secrets, Blobs(home / "blobs"), Bus(), http, sandbox, report)


async def _build(settings: Settings, ground: Ground) -> Services:
    database, accounts = ground.database, Accounts()
    asking = await build_models(settings, ground)
    access = build_access(database, accounts, asking[Usage])
    # Of its own: retention deletes a payload once no run refers to it, whoever else may.
    payloads = Blobs(settings.home / "payloads")
    engine = _engine(settings, ground, payloads)
    safety = build_audit(settings, ground)
    gated = build_gate(settings, ground, engine | access | safety)
    orgs = build_orgs(settings, ground, accounts, engine, payloads)
    people = build_accounts(
        _by_type(ground),
        accounts,
        access,
        postman=postman_of(settings, ground.secrets.redactor),
        events=safety[EventLog],
        public_url=settings.public_url,
        surroundings=_surroundings(ground.report, asking[Listing]),
        ways=ProviderWays(),
    )
    federation = build_federation(_by_type(ground) | access | people, settings.private_hosts)
    made = asking | access | engine | gated | orgs | people | federation | safety
    made |= build_vault(ground) | build_allowances(made)
    made |= build_privacy(settings, ground, made, payloads)
    return _by_type(ground) | made | _working(settings, ground, made)


def _engine(settings: Settings, ground: Ground, payloads: Blobs) -> Services:
    """What runs need, and what people say to them."""
    database, blobs, bus = ground.database, ground.blobs, ground.bus
    quota_bytes = settings.workspace_megabytes * MEGABYTE
    workspaces = Workspaces(settings.home / "workspaces", blobs, quota_bytes=quota_bytes)
    tenants = open_tenants(settings, ground)
    storage = Storage(database, workspaces, tenants)
    redactor = ground.secrets.redactor
    runs = Runs(database, payloads, bus, RunsSettings(), redactor=redactor)
    toolbox = Toolbox.installed(redactor)
    agents, files = Agents(toolbox), Files(storage, blobs)
    return _typed(
        runs,
        tenants,
        storage,
        toolbox,
        Approvals(database, runs, bus),
        agents,
        files,
        Conversations(database, runs, agents, files, bus),
    ) | {Ownership: MadeThings(database, runs)}


def _working(settings: Settings, ground: Ground, made: Services) -> Services:
    """What works on its own, and the doors for clients that speak another house's words."""
    driver = AgentDriver(
        blobs=ground.blobs,
        runs=made[Runs],
        models=made[Models],
        toolbox=made[Toolbox],
        gate=made[Gate],
        storage=made[Storage],
        sandbox=ground.sandbox,
        http=ground.http,
        lender=made[Lender],
        learning=made[Learning],
    )
    return _typed(
        *_foreign_doors(ground, made),
        Streams(),
        ApprovalJobs(made[Approvals], ground.bus, OWNER_SCOPE),
        Worker(made[Runs], {"agent": driver}, concurrency=settings.concurrency),
    )


def _foreign_doors(ground: Ground, made: Services) -> tuple[OpenAIApi, AnthropicApi, GeminiApi]:
    shared: dict[str, Any] = {
        "admission": Admission(
            made[Keys], made[Tenants], made[Limits], made[FairQueue], made[ProblemMasks]
        ),
        "models": made[Models],
        "agents": AgentModels(made[Conversations], made[Runs]),
        "files": RequestFiles(ground.http),
        "names": Names(ground.database, made[Views], made[Routing], made[Agents]),
    }
    return OpenAIApi(**shared), AnthropicApi(**shared), GeminiApi(**shared)


def _typed(*services: Any) -> Services:
    return {type(service): service for service in services}


def _by_type(ground: Ground) -> Services:
    plain = (ground.database, ground.secrets, ground.blobs, ground.bus, ground.http, ground.report)
    return _typed(*plain) | {Sandbox: ground.sandbox}  # asked for by what it promises


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
