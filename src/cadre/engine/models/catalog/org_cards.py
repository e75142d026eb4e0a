"""The cards of an org at one moment, and which of them a name means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog.errors import HiddenModel
from cadre.engine.models.catalog.names import Spellings, is_full_name, named_card
from cadre.engine.models.catalog.schemas import CatalogItem
from cadre.engine.models.catalog.store import OwnCard
from cadre.engine.models.errors import UnknownModel


@dataclass(frozen=True, slots=True)
class OrgCards:
    """`cards` are all by name, hidden ones too; `given` those before the org changed them; `named`
    are those that a provider of the org says it has.

    They are true for `day`: on the next one a price may have changed, or a model have ended.
    """

    day: date
    cards: Mapping[str, ModelCard]
    given: Mapping[str, ModelCard]
    own: Mapping[str, OwnCard]
    names: tuple[Spellings, ...]
    named: frozenset[str] = frozenset()

    def visible(self) -> list[ModelCard]:
        """Every model that the org has not hidden, in the order of the files."""
        return [card for name, card in self.cards.items() if not self.hides(name)]

    def find(self, name: str, among: Collection[str] | None = None) -> ModelCard:
        """The card that `name` stands for; a bare one for a "provider:id" without a card.

        A name without its provider means the first of the providers `among` that has it.
        Raises `HiddenModel` if the org hid it, `UnknownModel` if it is no model's name.
        """
        found = self.name_of(name, among)
        if self.hides(found):
            raise HiddenModel(
                f"`{found}` is hidden in this organisation. Choose another model, or show it "
                "again under Models.",
                field="model",
            )
        return self.card(found)

    def name_of(self, name: str, among: Collection[str] | None = None) -> str:
        """`known`, or the name of a model that nobody wrote a card for."""
        if found := self.known(name, among):
            return found
        if is_full_name(name):
            return name
        raise UnknownModel(
            f"`{name}` is not the name of a model. Write `provider:model`, for example "
            "`openai:gpt-6-luna`.",
            field="model",
        )

    def known(self, name: str, among: Collection[str] | None = None) -> str | None:
        """The name of the card that `name` is a way to write; what can be asked comes first."""
        if name in self.cards:
            return name
        meant = [found for names in self.names for found in names.get(name, ())]
        if among is not None:
            meant = [found for found in meant if self.cards[found].provider in among] or meant
        return min(meant, key=self._is_gone) if meant else None

    def card(self, name: str) -> ModelCard:
        return self.cards.get(name) or named_card(name)

    def item(self, name: str) -> CatalogItem:
        return CatalogItem(
            name=name, own=name in self.own, hidden=self.hides(name), card=self.card(name)
        )

    def hides(self, name: str) -> bool:
        return name in self.own and self.own[name].is_hidden

    def _is_gone(self, name: str) -> bool:
        return self.hides(name) or self.cards[name].status == "retired"
