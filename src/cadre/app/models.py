"""The part of wiring that makes models: from what is known of them to what is paid for them."""

from cadre.app.ground import Ground, Services
from cadre.app.local import OWNER_SCOPE
from cadre.app.providers import providers_from
from cadre.app.settings import Settings
from cadre.engine.models import (
    Advisor,
    AnswerCache,
    Breakers,
    Catalog,
    Connections,
    Experience,
    Health,
    HealthJobs,
    HealthReports,
    Ledger,
    Listing,
    Models,
    PastCalls,
    Planner,
    Prober,
    ProbeSettings,
    Probing,
    RevisionStore,
    Routing,
    Views,
)
from cadre.engine.operator import OfflineOperator
from cadre.infra.database import Work
from cadre.trust.budgets import BudgetJobs, Budgets
from cadre.trust.usage import Usage, UsageLog


async def build_models(settings: Settings, ground: Ground) -> Services:
    """Every service of models and money, by type."""
    database, http, blobs = ground.database, ground.http, ground.blobs
    environment = await providers_from(settings, http)
    for each in environment:
        ground.secrets.redactor.know(each.name, each.key or "")
    connections = Connections(http=http, secrets=ground.secrets, environment=environment)
    catalog = Catalog(discovered=connections.discovered, changed=_changed)
    breakers = Breakers()
    health = Health(breakers)
    views = Views(connections, catalog, health, breakers)
    spent = Usage()
    routing = Routing(views.candidates, past=PastCalls(spent))
    planner = Planner(database, views, routing)
    listing = Listing(views, routing, planner)
    budgets = Budgets(database)
    usage = UsageLog(database, budgets, settings.home / "usage")
    probing = Probing(
        database=database, http=http, blobs=blobs, views=views, usage=usage, system=OWNER_SCOPE
    )
    prober = Prober(
        database,
        health,
        breakers,
        OWNER_SCOPE,
        every=probing.every,
        named=probing.named,
        settings=ProbeSettings(settings.probe_seconds, settings.probe_usd_per_day),
    )
    cache = AnswerCache()
    models = Models(
        http=http,
        blobs=blobs,
        planner=planner,
        ledger=Ledger(budgets, usage),
        experience=Experience(breakers, health),
        cache=cache,
        offline=OfflineOperator(),
    )
    made = (connections, catalog, views, routing, listing, models, cache, prober, budgets, usage)
    jobs = (BudgetJobs(budgets),)
    reports = (
        spent,
        Advisor(views, spent),
        HealthJobs(database, health, OWNER_SCOPE, prober),
        HealthReports(health, listing.configured),
    )
    return {type(service): service for service in (*made, *jobs, *reports)}


async def _changed(work: Work) -> None:
    await RevisionStore(work).change()
