"""Probing: what is sent to see whether a provider or a model is well."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace

from cadre.engine.models.calling import Probe
from cadre.engine.models.calling import Target as Asked
from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import UnknownModel
from cadre.engine.models.providers import chat_model, model_names
from cadre.engine.models.routing import Ask
from cadre.engine.models.store import orgs_with_providers
from cadre.engine.models.targets import Call, Target
from cadre.engine.models.views import Views
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.infra.http_client import HttpClient
from cadre.kernel.ids import OrgId, new_id
from cadre.kernel.messages import ModelRequest, ReplyDone, TextPart, Usage, UserMessage
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.budgets import Spender
from cadre.trust.usage import UsageLog, UsageRecord, account_of

_QUESTION = UserMessage(parts=[TextPart(text="Say yes.")])
_TOKENS = 16


class Probing:
    """Makes probes; nothing is sent before one of them is told to."""

    def __init__(
        self,
        *,
        database: Database,
        http: HttpClient,
        blobs: Blobs,
        views: Views,
        usage: UsageLog,
        system: Scope,
    ) -> None:
        self._database = database
        self._http = http
        self._blobs = blobs
        self._views = views
        self._usage = usage
        self._system = system

    async def every(self) -> Sequence[Probe]:
        """A probe of each provider that an org has: its list of models costs nothing."""
        async with self._database.read(replace(self._system, org=ALL_ORGS)) as work:
            orgs = await orgs_with_providers(work)
        probes: list[Probe] = []
        for org in {*orgs, self._system.org}:
            async with self._database.read(replace(self._system, org=org)) as work:
                view = await self._views.of(work)
            probes += [
                self._of_provider(org, name, view.endpoints[name]) for name in view.endpoints
            ]
        return probes

    async def named(self, work: Work, name: str) -> Probe:
        """The probe of one provider, or of one model ("provider:model")."""
        view = await self._views.of(work)
        if name in view.endpoints:
            return self._of_provider(work.scope.org, name, view.endpoints[name])
        target = view.target(view.cards.find(name))
        if target is None:
            raise UnknownModel(f"No provider of `{name}` is configured.", field="name")
        return self._of_model(work.scope, target)

    def _of_provider(self, org: OrgId, name: str, endpoint: Endpoint) -> Probe:
        async def send() -> Usage | None:
            await model_names(self._http, endpoint)
            return None

        return Probe(Asked(org, name), send)

    def _of_model(self, scope: Scope, target: Target) -> Probe:
        spender = Spender(scope, via="probe")
        request = ModelRequest(model=target.name, messages=[_QUESTION], max_tokens=_TOKENS)
        call = Call(target.name, Ask.by(spender, tokens=_TOKENS, max_tokens=_TOKENS))

        async def send() -> Usage | None:
            model = chat_model(self._http, self._blobs, target.endpoint, target.card, target.price)
            began = time.time()
            async for delta in model.stream(scope, request):
                if isinstance(delta, ReplyDone):
                    self._pay(spender, target, began, delta.reply.usage)
                    return delta.reply.usage
            return None

        asked = Asked(scope.org, target.name, target.card.context_tokens)
        return Probe(asked, send, target.worst_usd(call))

    def _pay(self, spender: Spender, target: Target, began: float, usage: Usage) -> None:
        self._usage.record(
            UsageRecord(
                **asdict(account_of(spender)),
                id=new_id("use"),
                at=began,
                provider=target.card.provider,
                model=target.card.id,
                asked=target.name,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                reasoning_tokens=usage.reasoning_tokens,
                cost_usd=usage.cost_usd,
                total_ms=(time.time() - began) * 1000,
            )
        )
