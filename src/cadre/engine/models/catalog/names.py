"""Names: which cards a name stands for, and what to assume of one that nobody wrote a card for.

A card is meant by "provider:id", "provider:alias", an id or an alias alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from cadre.engine.models.card import Capability, Kind, ModelCard
from cadre.engine.models.prices import Price

Spellings = Mapping[str, tuple[str, ...]]

_FULL_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}:\S{1,200}")

# An id says little, but nobody calls a model that chats "embed".
_KINDS: tuple[tuple[str, Kind, Capability], ...] = (
    ("embed", "embedding", "embeddings"),
    ("whisper", "transcription", "transcription"),
    ("transcribe", "transcription", "transcription"),
    ("tts", "speech", "speech"),
    ("moderation", "moderation", "moderation"),
)


def bare_card(provider: str, model: str, price: Price | None = None) -> ModelCard:
    """A card for a model that is only known by name: it chats and calls tools, as most do."""
    kind: Kind = "chat"
    capabilities: list[Capability] = ["text", "tools"]
    for word, other, capability in _KINDS:
        if word in model.lower():
            kind, capabilities = other, [capability]
            break
    return ModelCard(
        provider=provider,
        id=model,
        title=model,
        kind=kind,
        capabilities=capabilities,
        price=price,
        source="discovered",
    )


@lru_cache(maxsize=10_000)
def named_card(name: str) -> ModelCard:
    """The bare card of a "provider:id". Kept, because every call of such a model asks."""
    provider, _, model = name.partition(":")
    return bare_card(provider, model)


def is_full_name(name: str) -> bool:
    """Whether `name` has the form "provider:id"."""
    return _FULL_NAME.fullmatch(name) is not None


def spellings(cards: Iterable[ModelCard]) -> Spellings:
    """Every way to write a card's name, with the names of the cards meant, in their order."""
    found: dict[str, tuple[str, ...]] = {}
    for card in cards:
        for spelling in _spellings_of(card):
            found[spelling] = (*found.get(spelling, ()), card.name)
    return found


def _spellings_of(card: ModelCard) -> Iterator[str]:
    for each in dict.fromkeys((card.id, *card.aliases)):
        yield each
        yield f"{card.provider}:{each}"
