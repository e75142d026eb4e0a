"""Installed: what servers of one's own have, as they last said to this process."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cadre.engine.models.card import ModelCard
from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers import installed_models
from cadre.infra.http_client import HttpClient

_NONE: Mapping[str, ModelCard] = MappingProxyType({})


class Installed:
    """The cards of each server's models, by its address and the model's name."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._cards: dict[str, Mapping[str, ModelCard]] = {}

    async def look(self, endpoint: Endpoint) -> bool:
        """Ask the server; whether it has other models than it had. Raises what the call raises."""
        return self.remember(endpoint.base_url, await installed_models(self._http, endpoint))

    def remember(self, base_url: str, cards: Sequence[ModelCard]) -> bool:
        """Keep what the server said; whether that is new."""
        before = self.of(base_url)
        now = self._cards[base_url] = {card.id: card for card in cards}
        return now != before

    def of(self, base_url: str) -> Mapping[str, ModelCard]:
        """Its models by their names; none if it was never asked."""
        return self._cards.get(base_url, _NONE)
