"""Models as the app wires them: over one database, with a ledger of their own."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cadre.engine.models import (
    AnswerCache,
    Breakers,
    Catalog,
    ChatModel,
    Connections,
    EnvironmentProvider,
    Experience,
    Health,
    Ledger,
    Listing,
    Models,
    Patience,
    Planner,
    Retries,
    RevisionStore,
    Routing,
    Views,
)
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.infra.http_client import HttpClient
from cadre.trust.budgets import Budgets
from cadre.trust.secrets import Secrets
from cadre.trust.usage import UsageLog

IMPATIENT = Patience(idle_seconds=5)
QUICK = Retries(first_pause_seconds=0.01, longest_pause_seconds=0.05)


@dataclass(frozen=True, slots=True)
class ModelStack:
    """Every service of models and money."""

    models: Models
    connections: Connections
    catalog: Catalog
    listing: Listing
    routing: Routing
    budgets: Budgets
    usage: UsageLog
    breakers: Breakers
    views: Views


@asynccontextmanager
async def open_models(
    database: Database,
    http: HttpClient,
    blobs: Blobs,
    folder: Path,
    *,
    offline: ChatModel,
    environment: Sequence[EnvironmentProvider] = (),
    patience: Patience = IMPATIENT,
    retries: Retries = QUICK,
) -> AsyncGenerator[ModelStack]:
    """Working until the block is left; `folder` holds the spool of usage."""
    connections = Connections(http=http, secrets=Secrets(bytes(32)), environment=environment)
    catalog = Catalog(discovered=connections.discovered, changed=_changed)
    breakers = Breakers()
    health = Health(breakers)
    views = Views(connections, catalog, health, breakers)
    routing = Routing(views.candidates)
    planner = Planner(database, views, routing)
    budgets = Budgets(database)
    usage = UsageLog(database, budgets, folder)
    models = Models(
        http=http,
        blobs=blobs,
        planner=planner,
        ledger=Ledger(budgets, usage),
        experience=Experience(breakers, health),
        cache=AnswerCache(),
        offline=offline,
        patience=patience,
        retries=retries,
    )
    listing = Listing(views, routing, planner)
    await budgets.open()
    await usage.open()
    writing = asyncio.create_task(usage.run())
    try:
        yield ModelStack(
            models, connections, catalog, listing, routing, budgets, usage, breakers, views
        )
    finally:
        writing.cancel()
        await asyncio.wait([writing])
        await usage.close()
        await budgets.close()


async def _changed(work: Work) -> None:
    await RevisionStore(work).change()
