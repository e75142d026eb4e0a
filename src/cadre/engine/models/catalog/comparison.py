"""Comparison: our prices beside the public ones, unit by unit."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog.public_prices import PublicPrice
from cadre.engine.models.catalog.schemas import PriceCheck, PriceDifference
from cadre.engine.models.prices import Price

_ANY_PRICE = Price()


def compare(cards: Iterable[ModelCard], public: Sequence[PublicPrice]) -> PriceCheck:
    """What differs between `cards` and the list, and what either has alone."""
    found: list[PriceDifference] = []
    unlisted: list[str] = []
    unpriced: list[str] = []
    met: set[tuple[str, str]] = set()
    for card in cards:
        if card.price is None:
            unpriced.append(card.name)
        theirs = find_public(card, public)
        if theirs is None:
            unlisted.append(card.name)
            continue
        met.add((theirs.provider, theirs.id))
        found.extend(_differences(card, theirs.price))
    missing = [f"{p.provider}:{p.id}" for p in public if (p.provider, p.id) not in met]
    return PriceCheck(
        differences=found,
        missing=missing,
        unlisted=unlisted,
        unpriced=unpriced,
        compared=len(met),
    )


def find_public(card: ModelCard, public: Sequence[PublicPrice]) -> PublicPrice | None:
    """The entry of the list that means `card`."""
    mine = (price for price in public if price.provider == card.provider)
    return next((price for price in mine if price.covers(card.id)), None)


def adopted(ours: Price | None, theirs: Price) -> Price:
    """`theirs`, with what only we know."""
    known = theirs.model_dump(exclude_none=True)
    return Price.model_validate({**(ours.model_dump() if ours else {}), **known})


def _differences(card: ModelCard, theirs: Price | None) -> Iterator[PriceDifference]:
    ours, listed = dict(_units(card.price)), dict(_units(theirs))
    for unit in dict.fromkeys((*ours, *listed)):
        if ours.get(unit) != listed.get(unit):
            yield PriceDifference(
                model=card.name,
                unit=unit,
                ours=ours.get(unit),
                theirs=listed.get(unit),
                since=theirs.since if theirs else None,
            )


def _units(price: Price | None) -> Iterator[tuple[str, Decimal]]:
    """Each unit with a price: `input`, or `input above 200000` inside a tier."""
    price = price or _ANY_PRICE
    yield from price.model_dump(exclude={"tiers", "since"}, exclude_none=True).items()
    for tier in price.tiers:
        inside = tier.model_dump(exclude={"above_input_tokens"}, exclude_none=True)
        for unit, value in inside.items():
            yield f"{unit} above {tier.above_input_tokens}", value
