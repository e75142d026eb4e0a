"""The cards that ship with cadre: a YAML file for each provider, read once.

They are true for a day: a price may be a list with dates, of which the newest that has begun
counts, and a deprecated model is retired once its end has come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cadre.engine.models.card import ModelCard
from cadre.engine.models.catalog.errors import BrokenCatalog
from cadre.engine.models.catalog.names import Spellings, spellings
from cadre.engine.models.prices import Price
from cadre.kernel.values import is_list, is_object

# Beside the package in a wheel, at the top of a clone otherwise.
_PACKAGED = Path(__file__).parents[3] / "catalog"
FOLDER = _PACKAGED if _PACKAGED.exists() else Path(__file__).parents[5] / "catalog"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One card of a file; `prices` are all that it ever had, oldest first."""

    card: ModelCard
    prices: tuple[Price, ...]

    def on(self, day: date) -> ModelCard:
        changes: dict[str, Any] = {}
        price = self._price_on(day)
        if price is not self.card.price:
            changes["price"] = price
        ends = self.card.ends_on
        if self.card.status == "deprecated" and ends is not None and ends <= day:
            changes["status"] = "retired"
        return self.card.model_copy(update=changes) if changes else self.card

    def _price_on(self, day: date) -> Price | None:
        begun = [price for price in self.prices if price.since is None or price.since <= day]
        return begun[-1] if begun else self.card.price


@dataclass(frozen=True, slots=True)
class Day:
    """The shipped cards of one day by name, and every way to write those names."""

    date: date
    cards: Mapping[str, ModelCard]
    names: Spellings


@dataclass(slots=True)
class Shipped:
    """All entries of a catalog, in the order of its files."""

    _entries: Sequence[_Entry] = ()
    _days: dict[date, Day] = field(default_factory=dict[date, Day])

    def on(self, day: date) -> Day:
        """The cards as they are on `day`."""
        if day not in self._days:
            cards = [entry.on(day) for entry in self._entries]
            self._days.clear()  # one day is asked about all day long
            by_name = {card.name: card for card in cards}
            self._days[day] = Day(day, by_name, spellings(cards))
        return self._days[day]


def read_shipped(folder: Path = FOLDER) -> Shipped:
    """Read every file of `folder`, or raise `BrokenCatalog` that says what to correct where."""
    entries: list[_Entry] = []
    for path in sorted(folder.glob("*.yaml")):
        entries.extend(_read(path))
    if not entries:
        raise BrokenCatalog(f"There is no catalog in {folder}: install cadre again.")
    _check_successors(entries, folder)
    return Shipped(entries)


def _read(path: Path) -> Iterator[_Entry]:
    content = _parse(path)
    if not is_object(content) or set(content) != {"provider", "models"}:
        raise _broken(path, "", "write `provider:` and `models:` at the top, and nothing else")
    provider, models = content["provider"], content["models"]
    if provider != path.stem:
        raise _broken(path, "field `provider`", f"write `{path.stem}`, the name of the file")
    if not is_list(models):
        raise _broken(path, "field `models`", "write a list of cards")
    taken: set[str] = set()
    for number, raw in enumerate(models, 1):
        entry = _entry(path, number, provider, raw)
        for spelling in (entry.card.id, *entry.card.aliases):
            if spelling in taken:
                where = f"{_where(number, raw)}, field `aliases`"
                raise _broken(path, where, f"`{spelling}` is taken by a card above: rename one")
            taken.add(spelling)
        yield entry


def _parse(path: Path) -> object:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as quick, where it is
    try:
        return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506  # both are safe
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _broken(path, "", f"it is not YAML: {error}") from error


def _entry(path: Path, number: int, provider: str, raw: object) -> _Entry:
    where = _where(number, raw)
    if not is_object(raw):
        raise _broken(path, where, "write a card: `id:` and what is known of the model")
    dated = raw.get("price")
    many = dated if is_list(dated) else [dated]
    try:
        prices = [Price.model_validate(price) for price in many if price is not None]
    except ValidationError as error:
        raise _broken(path, where, *_fault(error, "price.")) from error
    if len(prices) > 1 and any(price.since is None for price in prices[1:]):
        raise _broken(path, f"{where}, field `price.since`", "say since when each price counts")
    prices.sort(key=lambda price: price.since or date.min)
    plain = {**raw, "price": prices[0] if prices else None, "provider": provider}
    try:
        return _Entry(ModelCard.model_validate(plain), tuple(prices))
    except ValidationError as error:
        raise _broken(path, where, *_fault(error)) from error


def _check_successors(entries: Sequence[_Entry], folder: Path) -> None:
    known = {entry.card.name for entry in entries}
    for entry in entries:
        successor = entry.card.successor
        if successor is not None and successor not in known:
            where = f'entry "{entry.card.id}", field `successor`'
            remedy = f"`{successor}` has no card: write the `provider:id` of one"
            raise _broken(folder / f"{entry.card.provider}.yaml", where, remedy)


def _fault(error: ValidationError, prefix: str = "") -> tuple[str, str]:
    first = error.errors(include_url=False, include_context=False)[0]
    name = prefix + ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"field `{name}`", "it is not known here: leave it out or correct its spelling"
    if first["type"] == "missing":
        return f"field `{name}`", "it is missing: add it"
    return f"field `{name}`", f"{first['msg'][:1].lower()}{first['msg'][1:]}: correct it"


def _where(number: int, raw: object) -> str:
    name = raw.get("id") if is_object(raw) else None
    return f"entry {number}" + (f' "{name}"' if name else "")


def _broken(path: Path, *parts: str) -> BrokenCatalog:
    where = ", ".join(part for part in (f"catalog/{path.name}", *parts[:-1]) if part)
    return BrokenCatalog(f"{where}: {parts[-1]}.", field=path.name)
