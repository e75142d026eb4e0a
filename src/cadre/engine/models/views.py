"""Views: what an org can ask right now, read once and kept until something of it changes.

Every change of providers, cards or routes raises the org's revision, and a view is as good as
the revision that it was read at.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cadre.engine.models.calling import Breakers
from cadre.engine.models.calling import Health as Observed
from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog import Catalog, OrgCards
from cadre.engine.models.connections import Connections
from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers import provider_of
from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.routing import Candidate
from cadre.engine.models.store import ProviderStore
from cadre.engine.models.targets import Target
from cadre.infra.database import Work
from cadre.kernel.ids import OrgId
from cadre.trust.budgets import Spender

OFFLINE = "offline"
DEFAULT = "default"
AUTO = "auto"
OFFLINE_TARGET = Target(
    ModelCard(
        provider=OFFLINE,
        id="operator",
        title="Offline operator",
        capabilities=["text", "tools"],
    ),
    Endpoint(OFFLINE, "", None, OFFLINE),
    is_local=True,
)
_HEALTH_SECONDS = 1.0


@dataclass(slots=True)
class View:
    """`candidates` are the org's models for routing; their health is brought up to date in place."""

    org: OrgId
    version: tuple[str | None, date]
    endpoints: Mapping[str, Endpoint]
    cards: OrgCards
    candidates: tuple[Candidate, ...]
    chosen: str | None
    _routed: frozenset[str] = field(init=False)
    _targets: dict[str, Target] = field(default_factory=dict[str, Target])
    _fresh_until: float = 0.0

    def __post_init__(self) -> None:
        self._routed = frozenset(one.name for one in self.candidates if one.is_configured)

    @property
    def default(self) -> str:
        """What "default" stands for: what the org chose, else the best that it has."""
        if self.chosen is not None:
            return self.chosen
        return AUTO if any(one.is_configured for one in self.candidates) else OFFLINE

    def unheard(self, name: str) -> Target | None:
        """A "provider:model" that the provider, which is there, may have though nobody said so."""
        provider, _, model = name.partition(":")
        if not model or "," in name or provider not in self.endpoints:
            return None
        card = self.cards.find(name)
        is_routed = card.name in self._routed or card.status == "retired"
        return None if is_routed else self.target(card)

    def target(self, card: ModelCard) -> Target | None:
        """Where `card` can be asked; None if its provider is not there."""
        known = self._targets.get(card.name)
        endpoint = self.endpoints.get(card.provider)
        if endpoint is None or (known is not None and known.card is card):
            return known
        made = self._targets[card.name] = Target(card, endpoint, is_local(endpoint))
        return made

    def observe(self, health: Observed, breakers: Breakers) -> None:
        """Bring what was seen of the candidates up to date."""
        now = time.monotonic()
        if now < self._fresh_until:
            return
        self._fresh_until = now + _HEALTH_SECONDS
        for one in self.candidates:
            seen = health.snapshot(self.org, one.name) if one.is_configured else None
            if seen is not None:
                one.health.success_rate = seen.success_rate
                one.health.first_token_seconds = seen.first_token_seconds
                one.health.tokens_per_second = seen.tokens_per_second
            breaker = breakers.find(self.org, one.name)
            one.health.is_open = breaker is not None and breaker.state == "open"


class Views:
    """The views of all orgs."""

    def __init__(
        self, connections: Connections, catalog: Catalog, health: Observed, breakers: Breakers
    ) -> None:
        self._connections = connections
        self._catalog = catalog
        self._breakers = breakers
        self._health = health
        self._kept: dict[OrgId, View] = {}

    async def of(self, work: Work) -> View:
        """The view of the work's org, as it is now."""
        now = await RevisionStore(work).current(), self._catalog.today()
        kept = self._kept.get(work.scope.org)
        if kept is None or kept.version != now:
            before = kept
            kept = self._kept[work.scope.org] = await self._read(work, now)
            if before is not None:
                self._forget_changed(kept, before)
        self.observe(kept)
        return kept

    def observe(self, view: View) -> None:
        """Bring what was seen of the candidates of `view` up to date."""
        view.observe(self._health, self._breakers)

    def _forget_changed(self, view: View, before: View) -> None:
        """A new key or address must not inherit the open circuit of the old one."""
        for name, endpoint in before.endpoints.items():
            if view.endpoints.get(name) != endpoint:
                self._breakers.forget(view.org, name)

    async def candidates(self, work: Work, _: Spender) -> Sequence[Candidate]:
        """The org's models, as routing chooses among them."""
        return (await self.of(work)).candidates

    async def _read(self, work: Work, version: tuple[str | None, date]) -> View:
        endpoints = await self._connections.endpoints(work)
        cards = await self._catalog.of(work)
        return View(
            org=work.scope.org,
            version=version,
            endpoints=endpoints,
            cards=cards,
            candidates=tuple(_candidate(card, endpoints, cards) for card in cards.visible()),
            chosen=await ProviderStore(work).default(),
        )


def is_local(endpoint: Endpoint) -> bool:
    """Whether it is a kind of server that bills nobody.

    An address on this machine alone says nothing: it may lead to somebody who does.
    """
    return provider_of(endpoint).is_local


def _candidate(card: ModelCard, endpoints: Mapping[str, Endpoint], cards: OrgCards) -> Candidate:
    endpoint = endpoints.get(card.provider)
    if endpoint is None:
        return Candidate(card, is_configured=False)
    is_there = card.name in cards.named or _has(endpoint, card)
    return Candidate(card, is_configured=is_there, is_local=is_local(endpoint))


def _has(endpoint: Endpoint, card: ModelCard) -> bool:
    """What ships says of a provider what it has at its own address, and nowhere else."""
    return card.source != "catalog" or provider_of(endpoint).name == card.provider
