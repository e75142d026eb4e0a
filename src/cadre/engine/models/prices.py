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
            if price is None:
                return None
            exact = Decimal(amount) if isinstance(amount, int) else Decimal(str(amount))
            total += exact * price / per
        return total

    def tokens_usd(self, input_tokens: int, output_tokens: int) -> Decimal | None:
        """What so many tokens cost, none of them cached or heard; None if a price is not known."""
        prices, total = self._tier(input_tokens) if self.tiers else self, Decimal(0)
        for amount, price in ((input_tokens, prices.input), (output_tokens, prices.output)):
            if amount:
                if price is None:
                    return None
                total += amount * price
        return total / _MILLION

    def _used(self, usage: Usage) -> Iterator[tuple[float, Decimal | None, Decimal]]:
        """What there is to pay for, as amount, price and what the price is per."""
        prices = self._tier(usage.input_tokens) if self.tiers else self
        plain, said = usage.input_tokens, usage.output_tokens
        if cached := min(usage.cached_tokens, plain):
            yield cached, _first(prices.cached_input, prices.input), _MILLION
        if written := min(usage.cache_write_tokens, plain - cached):
            yield written, _first(prices.cache_write, prices.input), _MILLION
        if heard := min(usage.audio_input_tokens, plain - cached - written):
            yield heard, _first(prices.audio_input, prices.input), _MILLION
        if plain := plain - cached - written - heard:
            yield plain, prices.input, _MILLION
        if spoken := min(usage.audio_output_tokens, said):
            yield spoken, _first(prices.audio_output, prices.output), _MILLION
        if said := said - spoken:
            yield said, prices.output, _MILLION
        if usage.characters or usage.seconds or usage.images or usage.searches:
            yield from self._pieces(usage)

    def _pieces(self, usage: Usage) -> Iterator[tuple[float, Decimal | None, Decimal]]:
        if usage.characters:
            yield usage.characters, self.per_million_characters, _MILLION
        if usage.seconds:
            yield usage.seconds, self.per_minute, _MINUTE
        if usage.images:
            yield usage.images, self.per_image, Decimal(1)
        if usage.searches:
            yield usage.searches, self.per_thousand_searches, _THOUSAND

    def _tier(self, input_tokens: int) -> TokenPrices:
        reached = [tier for tier in self.tiers if input_tokens > tier.above_input_tokens]
        return max(reached, key=lambda tier: tier.above_input_tokens) if reached else self

    def _given(self) -> Iterator[Decimal | None]:
        yield from (self.input, self.output, self.per_million_characters, self.per_minute)
        yield from (self.per_image, self.per_thousand_searches)


def _first(own: Decimal | None, otherwise: Decimal | None) -> Decimal | None:
    return otherwise if own is None else own
