"""The app: the doors over the rooms. `uvicorn --factory cadre.app.main:create_app` serves it too."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from cadre import __version__
from cadre.app.console import console_folder
from cadre.app.gateway import Gateway
from cadre.app.ground import Say
from cadre.app.local import OWNER_SCOPE
from cadre.app.settings import Settings, load_settings
from cadre.app.wiring import wired
from cadre.edge import http, live
from cadre.edge.http import AddressRates, Auditing, BodyLimits, Rates, Tenancy, make_api
from cadre.engine.agents.routes import router as agents
from cadre.engine.approvals.routes import router as approvals
from cadre.engine.conversations.routes import router as conversations
from cadre.engine.gate.routes import router as gate
from cadre.engine.models.routes import router as models
from cadre.engine.runs.routes import retention_router as retention
from cadre.engine.runs.routes import router as runs
from cadre.infra.database import Database
from cadre.trust.access.routes import router as access
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.routes import router as people
from cadre.trust.audit.routes import router as audit
from cadre.trust.budgets.routes import router as budgets
from cadre.trust.consent.routes import router as consents
from cadre.trust.federation.routes import router as federation
from cadre.trust.keys.routes import router as keys
from cadre.trust.limits.routes import router as limits
from cadre.trust.orgs.routes import installation_router as orgs
from cadre.trust.orgs.routes import router as org
from cadre.trust.policy.routes import router as policies
from cadre.trust.privacy.routes import router as privacy
from cadre.trust.secrets.routes import router as secrets
from cadre.trust.usage.routes import router as usage

_ROUTERS: tuple[APIRouter, ...] = (
    http.router,
    people,
    access,
    federation,
    keys,
    conversations,
    live.router,
    runs,
    retention,
    approvals,
    agents,
    gate,
    policies,
    consents,
    secrets,
    models,
    budgets,
    usage,
    org,
    orgs,
    audit,
    limits,
    privacy,
)


def create_app(settings: Settings | None = None, say: Say = lambda _line: None) -> FastAPI:
    """The ASGI app of `settings`; its lifespan wires everything and makes the owner."""
    chosen = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with wired(chosen, say) as services:
            async with services[Database].begin(OWNER_SCOPE) as work:
                await services[Accounts].ensure_owner(work)
            app.state.services = services
            yield

    return make_api(
        version=__version__,
        routers=_ROUTERS,
        hosts=[*chosen.hosts, chosen.host],
        limits=BodyLimits(upload_bytes=chosen.upload_megabytes * 1_000_000),
        console=console_folder(),
        gateway=Gateway,
        lifespan=lifespan,
        places=[Rates, Tenancy],
        watches=[AddressRates, Auditing],
    )


def describe() -> dict[str, Any]:
    """The OpenAPI description, without starting anything."""
    return create_app(load_settings()).openapi()
