"""Candidates as the tests of routing know them, and hypothesis' idea of any others."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from cadre.engine.models.card import Capability, ModelCard
from cadre.engine.models.prices import Price, Tier
from cadre.engine.models.routing import Ask, Candidate, Health

CAPABILITIES: tuple[Capability, ...] = (
    *("text", "code", "vision", "documents", "audio", "reasoning", "tools"),
    *("structured_output", "search"),
)
_OWN = {"is_configured", "is_local", "health", "score", "is_hidden"}


def candidate(name: str, *capabilities: Capability, **given: Any) -> Candidate:
    """A configured chat model; `usd` is its price for a million tokens, in and out."""
    provider, _, model = name.partition(":")
    own = {key: given.pop(key) for key in _OWN & set(given)}
    if (usd := given.pop("usd", None)) is not None:
        given["price"] = Price(input=Decimal(usd), output=Decimal(usd))
    card = ModelCard(provider=provider, id=model, capabilities=["text", *capabilities], **given)
    return Candidate(card, **own)


_prices = st.decimals(min_value=0, max_value=100, places=3)
_token_prices = {"input": st.none() | _prices, "output": st.none() | _prices}
_tiers = st.builds(Tier, above_input_tokens=st.integers(1, 200_000), **_token_prices)
prices = st.builds(Price, tiers=st.lists(_tiers, max_size=2), **_token_prices)
_fraction = st.floats(0, 1)
_health = st.builds(
    Health,
    success_rate=st.none() | _fraction,
    first_token_seconds=st.none() | st.floats(0, 60),
    tokens_per_second=st.none() | st.floats(1, 1_000),
    is_open=st.sampled_from([False, False, False, True]),
)
_cards = st.builds(
    ModelCard,
    provider=st.sampled_from(["a", "b", "c"]),
    id=st.sampled_from([f"m{number}" for number in range(12)]),
    kind=st.sampled_from(["chat", "chat", "chat", "embedding"]),
    capabilities=st.lists(st.sampled_from(CAPABILITIES), unique=True),
    context_tokens=st.none() | st.sampled_from([8_000, 128_000, 1_000_000]),
    output_tokens=st.none() | st.sampled_from([1_000, 32_000]),
    price=st.none() | prices,
    status=st.sampled_from(["current", "current", "deprecated", "retired"]),
    successor=st.none() | st.sampled_from(["m0", "m1", "b:m2"]),
    quality=st.none() | _fraction,
    source=st.sampled_from(["catalog", "org", "discovered"]),
)
candidates = st.lists(
    st.builds(
        Candidate,
        card=_cards,
        is_configured=st.sampled_from([True, True, False]),
        is_local=st.booleans(),
        health=_health,
        score=st.none() | _fraction,
        is_hidden=st.sampled_from([False, False, True]),
    ),
    max_size=20,
    unique_by=lambda one: one.name,
)
asks = st.builds(
    Ask,
    tokens=st.sampled_from([0, 10, 7_900, 100_000, 500_000]),
    tools=st.sampled_from([0, 0, 3]),
    has_images=st.booleans(),
    has_documents=st.sampled_from([False, False, True]),
    has_audio=st.sampled_from([False, False, True]),
    wants_json=st.sampled_from([False, False, True]),
    wants_reasoning=st.booleans(),
    max_tokens=st.none() | st.sampled_from([100, 2_000, 40_000]),
    text=st.text(max_size=20),
)
