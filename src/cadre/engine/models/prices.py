"""What an answer costs. A price that nobody gave is unknown, never 0.

All prices are USD. Tokens are priced by the million, characters by the million, sound by the
minute, pictures by the piece, searches by the thousand.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from cadre.kernel.messages import Usage

_MILLION = Decimal(1_000_000)
_THOUSAND = Decimal(1_000)
_MINUTE = Decimal(60)


class TokenPrices(BaseModel):
    """USD per million tokens; a kind of input without its own price costs like other input."""

    model_config = ConfigDict(extra="forbid")

    input: Decimal | None = Field(default=None, ge=0)
    output: Decimal | None = Field(default=None, ge=0)
    cached_input: Decimal | None = Field(default=None, ge=0)
    cache_write: Decimal | None = Field(default=None, ge=0)
    audio_input: Decimal | None = Field(default=None, ge=0)
    audio_output: Decimal | None = Field(default=None, ge=0)


class Tier(TokenPrices):
    """What all tokens of a call cost whose input is longer than `above_input_tokens`."""

    above_input_tokens: int = Field(gt=0)


class Price(TokenPrices):
    """The prices of one model; None where a unit is not offered or its price is not known."""

    tiers: list[Tier] = Field(default_factory=list[Tier])
    per_million_characters: Decimal | None = Field(default=None, ge=0)
    per_minute: Decimal | None = Field(default=None, ge=0)
    per_image: Decimal | None = Field(default=None, ge=0)
    per_thousand_searches: Decimal | None = Field(default=None, ge=0)
    since: date | None = None

    @property
    def is_free(self) -> bool:
        """Whether every price that is given is 0, and at least one is."""
        given = [price for price in self._given() if price is not None]
        return bool(given) and not any(given)

    def cost_usd(self, usage: Usage) -> Decimal | None:
        """What `usage` cost; None if it used something whose price is not known."""
        total = Decimal(0)
        for amount, price, per in self._used(usage):
            if amount and price is None:
                return None
            total += Decimal(str(amount)) * (price or 0) / per
        return total

    def _used(self, usage: Usage) -> Iterator[tuple[float, Decimal | None, Decimal]]:
        prices = self._tier(usage.input_tokens)
        cached = min(usage.cached_tokens, usage.input_tokens)
        written = min(usage.cache_write_tokens, usage.input_tokens - cached)
        heard = min(usage.audio_input_tokens, usage.input_tokens - cached - written)
        spoken = min(usage.audio_output_tokens, usage.output_tokens)
        plain = prices.input
        yield usage.input_tokens - cached - written - heard, plain, _MILLION
        yield cached, _first(prices.cached_input, plain), _MILLION
        yield written, _first(prices.cache_write, plain), _MILLION
        yield heard, _first(prices.audio_input, plain), _MILLION
        yield usage.output_tokens - spoken, prices.output, _MILLION
        yield spoken, _first(prices.audio_output, prices.output), _MILLION
        yield usage.characters, self.per_million_characters, _MILLION
        yield usage.seconds, self.per_minute, _MINUTE
        yield usage.images, self.per_image, Decimal(1)
        yield usage.searches, self.per_thousand_searches, _THOUSAND

    def _tier(self, input_tokens: int) -> TokenPrices:
        reached = [tier for tier in self.tiers if input_tokens > tier.above_input_tokens]
        return max(reached, key=lambda tier: tier.above_input_tokens) if reached else self

    def _given(self) -> Iterator[Decimal | None]:
        yield from (self.input, self.output, self.per_million_characters, self.per_minute)
        yield from (self.per_image, self.per_thousand_searches)


def _first(own: Decimal | None, otherwise: Decimal | None) -> Decimal | None:
    return otherwise if own is None else own
