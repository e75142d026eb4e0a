"""Public prices: what the installed price list (`genai-prices`) says a model costs on a day.

Loading the list takes half a second and is done only when somebody asks to compare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cadre.engine.models.prices import Price, Tier

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

# Providers of the catalog and what the list calls them; it has none for DashScope.
_PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "groq": "groq",
    "perplexity": "perplexity",
    "xai": "x-ai",
    "moonshot": "moonshotai",
}
_TOKENS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
}
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class PublicPrice:
    """A model of the list. `covers` tells whether an id of its provider means this one."""

    provider: str
    id: str
    price: Price | None
    _model: "ModelInfo"

    def covers(self, model: str) -> bool:
        return self._model.is_match(model.lower())


def public_prices(day: date) -> list[PublicPrice]:
    """The models of the catalog's providers, with their prices on `day`. Blocks for a while."""
    from genai_prices.data import providers

    listed = {provider.id: provider for provider in providers}
    return [
        PublicPrice(ours, model.id, _price(model, day), model)
        for ours, theirs in _PROVIDERS.items()
        if theirs in listed
        for model in _offered(listed[theirs], ours)
    ]


def _offered(provider: "Provider", name: str) -> Iterator["ModelInfo"]:
    for model in provider.models:
        # Claude is on Google's cloud, not on the Gemini API.
        if name != "google" or not model.id.startswith("claude"):
            yield model


def _price(model: "ModelInfo", day: date) -> Price | None:
    moment = datetime.combine(day, time(12), UTC)
    given = vars(model.get_prices(moment))
    if not given:  # how the list writes "free of charge"
        return Price(input=Decimal(0), output=Decimal(0))
    price = Price(since=_since(model, day), tiers=_tiers(given), **_plain(given))
    return price if price.model_dump(exclude={"since", "tiers"}, exclude_none=True) else None


def _plain(given: Mapping[str, Any]) -> dict[str, Decimal | None]:
    found = {unit: _base(given.get(key)) for unit, key in _TOKENS.items()}
    hour = _base(given.get("input_audio_hours") or given.get("audio_hours"))
    found["per_minute"] = None if hour is None else round(hour / _MINUTES, 10)
    found["per_million_characters"] = _base(given.get("input_mchars"))
    found["per_thousand_searches"] = _base(given.get("web_searches_kcount"))
    return found


def _tiers(given: Mapping[str, Any]) -> list[Tier]:
    """Each bound with the prices that count above it, also of units that don't change there."""
    starts = sorted(
        {tier.start for key in _TOKENS.values() for tier in getattr(given.get(key), "tiers", ())}
    )
    return [
        Tier(
            above_input_tokens=start,
            **{unit: _above(given.get(key), start) for unit, key in _TOKENS.items()},
        )
        for start in starts
    ]


def _above(price: Any, start: int) -> Decimal | None:
    reached = [tier.price for tier in getattr(price, "tiers", ()) if tier.start <= start]
    return reached[-1] if reached else _base(price)


def _base(price: Any) -> Decimal | None:
    return getattr(price, "base", price)


def _since(model: "ModelInfo", day: date) -> date | None:
    if not isinstance(model.prices, list):
        return None
    starts = [getattr(dated.constraint, "start_date", None) for dated in model.prices]
    return max((start for start in starts if start is not None and start <= day), default=None)
