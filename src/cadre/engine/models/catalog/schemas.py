"""Cards, the matrix and differences of price as they are shown and entered."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.models.card import Capability, Kind, ModelCard, Status
from cadre.engine.models.prices import Price


class CardInput(BaseModel):
    """What an org says of a model. A field left out stays as shipped; null says "unknown"."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=200)
    kind: Kind = "chat"
    capabilities: list[Capability] = Field(default_factory=list[Capability], max_length=30)
    context_tokens: int | None = Field(default=None, gt=0)
    output_tokens: int | None = Field(default=None, gt=0)
    price: Price | None = None
    status: Status = "current"
    successor: str | None = Field(default=None, max_length=300)
    ends_on: date | None = None
    aliases: list[str] = Field(default_factory=list[str], max_length=50)
    quality: float | None = Field(default=None, ge=0, le=1)


class CatalogItem(BaseModel):
    """A card with the name to ask it by. `own`: the org has changed, priced or hidden it."""

    name: str
    own: bool
    hidden: bool
    card: ModelCard


class CardFilter(BaseModel):
    """Which cards to list. Without `hidden` those that the org hid are left out."""

    model_config = ConfigDict(extra="forbid")

    provider: str | None = None
    capability: Capability | None = None
    kind: Kind | None = None
    status: Status | None = None
    q: str | None = Field(default=None, max_length=200, description="Part of a name or title.")
    hidden: bool = False

    def fits(self, item: CatalogItem) -> bool:
        """Whether `item` is one of those that were asked for."""
        card = item.card
        return (
            (self.hidden or not item.hidden)
            and self.provider in {None, card.provider}
            and self.capability in {None, *card.capabilities}
            and self.kind in {None, card.kind}
            and self.status in {None, card.status}
            and any(
                self._words() in text.lower() for text in (card.name, card.title, *card.aliases)
            )
        )

    def _words(self) -> str:
        return (self.q or "").strip().lower()


class HideInput(BaseModel):
    """Whether to hide the model or to show it again."""

    model_config = ConfigDict(extra="forbid")

    hidden: bool = True


class RefreshInput(BaseModel):
    """The models whose public price is to become the org's own."""

    model_config = ConfigDict(extra="forbid")

    models: list[str] = Field(min_length=1, max_length=1000)


class CapabilityShare(BaseModel):
    """How many models have a capability, and which share of all that is, from 0 to 1."""

    capability: Capability
    models: int
    share: float


class ProviderShares(BaseModel):
    """The shares among one provider's models."""

    provider: str
    models: int
    capabilities: list[CapabilityShare]


class Matrix(BaseModel):
    """Which capabilities there are, over all models and by provider."""

    models: int
    capabilities: list[CapabilityShare]
    providers: list[ProviderShares]


class PriceDifference(BaseModel):
    """One unit of one model that costs something else in the public list; null: not known."""

    model: str
    unit: str
    ours: Decimal | None
    theirs: Decimal | None
    since: date | None


class PriceCheck(BaseModel):
    """The catalog beside the public list: what differs, what each has that the other lacks."""

    differences: list[PriceDifference]
    missing: list[str] = Field(description="Listed publicly, without a card here.")
    unlisted: list[str] = Field(description="Cards whose price can't be checked.")
    unpriced: list[str] = Field(description="Cards without any price.")
    compared: int
