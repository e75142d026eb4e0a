"""The capability matrix: which share of the models can do what, over all and by provider."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

from cadre.engine.models.card import Capability, ModelCard
from cadre.engine.models.catalog.schemas import CapabilityShare, Matrix, ProviderShares


def matrix(cards: Iterable[ModelCard]) -> Matrix:
    """Count `cards`. Every capability is listed, also one that no model has."""
    by_provider: dict[str, list[ModelCard]] = {}
    for card in cards:
        by_provider.setdefault(card.provider, []).append(card)
    everything = [card for some in by_provider.values() for card in some]
    return Matrix(
        models=len(everything),
        capabilities=_shares(everything),
        providers=[
            ProviderShares(provider=provider, models=len(some), capabilities=_shares(some))
            for provider, some in sorted(by_provider.items())
        ],
    )


def _shares(cards: Sequence[ModelCard]) -> list[CapabilityShare]:
    counts = Counter(capability for card in cards for capability in set(card.capabilities))
    return [
        CapabilityShare(
            capability=capability,
            models=counts[capability],
            share=counts[capability] / len(cards) if cards else 0.0,
        )
        for capability in get_args(Capability)
    ]
