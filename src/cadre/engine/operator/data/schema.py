"""Schema: the tables and columns that were found by looking, and names matched against them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from cadre.engine.operator.data.lexicon import concept_of
from cadre.engine.operator.words import name_words

Kind = Literal["number", "text", "time", "flag", "other"]

_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL", "NUMERIC", "HUGE", "LONG")
_TIMES = ("DATE", "TIMESTAMP", "DATETIME")
# Below this a name is not meant: half of the words of a two-word name, for one.
ENOUGH = 0.45


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `table`; `type` is DuckDB's name of its type."""

    table: str
    name: str
    type: str

    @property
    def kind(self) -> Kind:
        type_name = self.type.upper()
        if any(part in type_name for part in _TIMES):
            return "time"
        if type_name == "BOOLEAN":
            return "flag"
        if type_name.startswith(("VARCHAR", "ENUM")):
            return "text"
        if any(part in type_name for part in _NUMBERS) and "[" not in type_name:
            return "number"
        return "other"

    @property
    def is_key(self) -> bool:
        """Claims that the values are names of things, not amounts, whatever their type."""
        last = name_words(self.name)[-1:] or ("",)
        return last[0] in ("id", "key", "number", "no", "code", "sku", "uuid", "zip", "year")

    @property
    def names_rows(self) -> bool:
        """Claims that it numbers the rows of its own table: `Employee ID` of `employees`."""
        words = name_words(self.name)
        return self.is_key and bool(set(words[:-1]) & set(name_words(self.table)))


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    file: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def of_kind(self, *kinds: Kind) -> list[Column]:
        return [column for column in self.columns if column.kind in kinds]

    @property
    def amounts(self) -> list[Column]:
        return [column for column in self.of_kind("number") if not column.is_key]


@dataclass(frozen=True, slots=True)
class Match:
    """How well words name something: 1 is its name exactly."""

    column: Column
    score: float


@lru_cache(maxsize=4096)
def likeness(said: tuple[str, ...], name: str) -> float:
    """Return how well the stems `said` name `name`, 0 to 1. Order of words does not matter."""
    words = name_words(name)
    if not said or not words:
        return 0.0
    if said == words or "".join(said) == "".join(words):
        return 1.0
    if sorted(map(concept_of, said)) == sorted(map(concept_of, words)):
        return 0.95
    left = list(words)
    total = 0.0
    for word in said:
        best = max(left, key=lambda other: _word_likeness(word, other), default="")
        score = _word_likeness(word, best)
        if score == 0:
            return 0.0
        left.remove(best)
        total += score
    # The last word of a name says what it is: "price" of unit_price.
    head = 0.15 if words[-1] not in left else 0.0
    return min(total / len(words) + head * (len(left) > 0), 0.94)


def _word_likeness(said: str, word: str) -> float:
    if not word:
        return 0.0
    if said == word:
        return 1.0
    if concept_of(said) == concept_of(word):
        return 0.85
    if min(len(said), len(word)) >= 5 and said[0] == word[0]:
        distance = DamerauLevenshtein.distance(said, word, score_cutoff=2)
        if distance == 1 or (distance == 2 and len(word) >= 9):
            return 0.8
    return 0.0


def matches(said: Sequence[str], columns: Iterable[Column]) -> list[Match]:
    """Return the columns that `said` may name, best first."""
    key = tuple(said)
    found = [Match(column, likeness(key, column.name)) for column in columns]
    return sorted((m for m in found if m.score >= ENOUGH), key=lambda m: (-m.score, m.column.name))
