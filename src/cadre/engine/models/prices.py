"""What an answer costs. A price that nobody gave is unknown, never 0."""

from decimal import Decimal

from pydantic import BaseModel, Field

from cadre.kernel.messages import Usage

_MILLION = Decimal(1_000_000)


class Price(BaseModel):
    """USD per million tokens; cached input costs like other input unless it has its own."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(default=None, ge=0)

    def cost_usd(self, usage: Usage) -> Decimal:
        """`usage.cached_tokens` are part of its input tokens, reasoning part of its output."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        cached_price = self.input if self.cached_input is None else self.cached_input
        fresh = (usage.input_tokens - cached) * self.input
        return (fresh + cached * cached_price + usage.output_tokens * self.output) / _MILLION
