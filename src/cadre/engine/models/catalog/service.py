"""Catalog: the models as an org sees them, and what it says about them itself.

Three layers, the later one wins: what ships with cadre, what the org's providers named
themselves, what the org wrote. Nothing of an org is kept here: whoever asks gets what counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog.comparison import adopted, compare, find_public
from cadre.engine.models.catalog.errors import NoOwnCard
from cadre.engine.models.catalog.matrix import matrix
from cadre.engine.models.catalog.names import is_full_name, named_card, spellings
from cadre.engine.models.catalog.org_cards import OrgCards
from cadre.engine.models.catalog.public_prices import PublicPrice, public_prices
from cadre.engine.models.catalog.schemas import CardInput, CatalogItem, Matrix, PriceCheck
from cadre.engine.models.catalog.shipped import Shipped, read_shipped
from cadre.engine.models.catalog.store import CardStore, OwnCard
from cadre.engine.models.prices import Price
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid

Discovered = Callable[[Work], Awaitable[Sequence[ModelCard]]]
Changed = Callable[[Work], Awaitable[None]]

_KEPT_CARDS = 10_000


async def _nothing(_: Work) -> Sequence[ModelCard]:
    return ()


async def _nobody(_: Work) -> None:
    return None


def _utc_today() -> date:
    return datetime.now(UTC).date()


class Catalog:
    """The cards of every org.

    `discovered` gives the models that an org's providers named themselves; `changed` is told,
    inside the transaction, when an org has changed its cards.
    """

    def __init__(
        self,
        shipped: Shipped | None = None,
        *,
        discovered: Discovered = _nothing,
        changed: Changed = _nobody,
        today: Callable[[], date] = _utc_today,
    ) -> None:
        self._shipped = shipped or read_shipped()
        self._discovered = discovered
        self._tell = changed
        self._made: dict[tuple[str, str], tuple[ModelCard, ModelCard]] = {}
        self.today = today

    async def of(self, work: Work) -> OrgCards:
        """The cards of the work's org as they are now, to look up many names at once."""
        day = self._shipped.on(self.today())
        cards = dict(day.cards)
        added: list[ModelCard] = []
        named: set[str] = set()
        for card in await self._discovered(work):
            name = next(iter(day.names.get(card.name, ())), card.name)
            named.add(name)
            if name not in day.cards:
                cards[name] = card
                added.append(card)
            elif card.price is not None:
                cards[name] = cards[name].model_copy(update={"price": card.price})
        given = dict(cards)
        own = {row.name: row for row in await CardStore(work).all()}
        for name, row in own.items():
            cards[name] = self._changed(cards.get(name) or named_card(name), row)
            added.append(cards[name])
        spelled = (spellings(added), day.names)
        return OrgCards(day.date, cards, given, own, spelled, frozenset(named))

    async def cards(self, work: Work) -> list[ModelCard]:
        """Every model that the org has not hidden, in the order of the files."""
        return (await self.of(work)).visible()

    async def find(
        self, work: Work, name: str, *, among: Collection[str] | None = None
    ) -> ModelCard:
        """The card that `name` stands for: see `OrgCards.find`."""
        return (await self.of(work)).find(name, among)

    async def items(self, work: Work) -> list[CatalogItem]:
        """Every card with what the org did to it, hidden ones too."""
        mine = await self.of(work)
        return [mine.item(name) for name in mine.cards]

    async def item(self, work: Work, name: str) -> CatalogItem:
        """The card that `name` stands for, hidden or not."""
        mine = await self.of(work)
        return mine.item(mine.name_of(name))

    async def put_card(self, work: Work, name: str, given: CardInput) -> ModelCard:
        """Say what `name` is: the fields that are given, in place of those said before."""
        mine = await self.of(work)
        own = _own(mine, name)
        return await self._write(work, mine, own, given.model_dump(mode="json", exclude_unset=True))

    async def reprice(self, work: Work, name: str, price: Price | None) -> ModelCard:
        """Say what `name` costs this org; None: nobody knows."""
        mine = await self.of(work)
        own = _own(mine, name)
        plain = None if price is None else price.model_dump(mode="json", exclude_none=True)
        return await self._write(work, mine, own, {**own.changes, "price": plain})

    async def hide(self, work: Work, name: str, *, hidden: bool = True) -> None:
        """Take a model from everybody in the org, or give it back."""
        own = _own(await self.of(work), name)
        if own.says_nothing and not hidden:
            await CardStore(work).delete(own.name)
        else:
            await CardStore(work).write(replace(own, is_hidden=hidden))
        await self._tell(work)

    async def delete_card(self, work: Work, name: str) -> None:
        """Forget what the org said of a model; a shipped one is again as it ships."""
        mine = await self.of(work)
        if not await CardStore(work).delete(mine.known(name) or name):
            raise NoOwnCard(f"There is no card of your own for `{name}`.", field="name")
        await self._tell(work)

    async def matrix(self, work: Work, *, retired: bool = False) -> Matrix:
        """Which share of the org's models can do what."""
        cards = await self.cards(work)
        return matrix(card for card in cards if retired or card.status != "retired")

    async def public_prices(self) -> list[PublicPrice]:
        """The public list of today. Slow: call it before a transaction is open."""
        return await asyncio.to_thread(public_prices, self.today())

    async def check(self, work: Work, public: Sequence[PublicPrice]) -> PriceCheck:
        """The org's prices beside the `public` ones."""
        return compare(await self.cards(work), public)

    async def refresh(
        self, work: Work, names: Sequence[str], public: Sequence[PublicPrice]
    ) -> list[CatalogItem]:
        """Make the `public` price the org's own for each of `names`.

        Deleting the card undoes it. Raises `Invalid` if the list has no price for one.
        """
        for name in names:
            card = await self.find(work, name)
            theirs = find_public(card, public)
            if theirs is None or theirs.price is None:
                raise Invalid(f"The public list has no price for `{name}`.", field="models")
            price = adopted(card.price, theirs.price)
            since = theirs.price.since or self.today()
            await self.reprice(work, card.name, price.model_copy(update={"since": since}))
        return [await self.item(work, name) for name in names]

    async def _write(
        self, work: Work, mine: OrgCards, own: OwnCard, changes: dict[str, Any]
    ) -> ModelCard:
        own = replace(own, text=orjson.dumps(changes).decode())
        await CardStore(work).write(own)
        await self._tell(work)
        return self._changed(mine.given.get(own.name) or named_card(own.name), own)

    def _changed(self, card: ModelCard, own: OwnCard) -> ModelCard:
        """`card` with what the org says of it. Kept, because it is asked for all the time."""
        if own.says_nothing:
            return card
        kept = self._made.get((own.name, own.text))
        if kept is not None and (kept[0] is card or kept[0] == card):
            return kept[1]
        fields = {**card.model_dump(), **own.changes, "source": "org"}
        made = ModelCard.model_validate(fields)
        if len(self._made) >= _KEPT_CARDS:
            self._made.clear()
        self._made[own.name, own.text] = (card, made)
        return made


def _own(mine: OrgCards, name: str) -> OwnCard:
    """What the org has said so far of the model that `name` means."""
    known = mine.known(name) or name
    if not is_full_name(known):
        raise Invalid(
            f"`{name}` can't be a model's name: write `provider:model` without blanks.",
            field="name",
        )
    return mine.own.get(known) or OwnCard(known)
