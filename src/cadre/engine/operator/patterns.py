"""Patterns: a small slot grammar for commands. One line of text describes one way to say it.

    show|open|read [the] {file}
    (first|top) {number} line of {file}

`a|b` one of these words (their stems), `[a|b]` the same but may be missing, `{name}` words that
fill a slot (as few as will do), `{name...}` all that is left, `{number}` a whole number, `*` any
words. Small words (the, my, please) may stand between. Matching takes at most
tokens x elements steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cadre.engine.operator.numerals import whole_in
from cadre.engine.operator.words import Sentence, Token

_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "our",
        "me",
        "us",
        "your",
        "all",
        "any",
        "some",
        "please",
        "just",
        "of",
        "it",
        "to",
    ]
)
_LEADS = (
    "please", "can you", "could you", "would you", "will you", "i want you to", "i want to",
    "i would like you to", "i would like to", "i would like", "i need you to", "i need to", "let us",
    "let me", "go ahead and", "hey", "hi", "hello", "now", "ok", "okay", "then", "and", "so", "just",
    "kindly", "help me", "i want", "i need", "also",
)  # fmt: skip
_TAILS = frozenset([".", "!", "?", "please", "thanks", ",", ";"]) | {"thank", "you"}
SLOT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class _Element:
    kind: Literal["word", "optional", "slot", "rest", "number", "gap"]
    words: frozenset[str] = frozenset()
    name: str = ""


@dataclass(frozen=True)
class Slot:
    """What filled a slot: tokens `start` up to `end` of the sentence."""

    sentence: Sentence
    start: int
    end: int

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.sentence.tokens[self.start : self.end]

    @property
    def text(self) -> str:
        """The words as written; of one quoted text what is inside the quotes."""
        if len(self.tokens) == 1 and self.tokens[0].kind == "quoted":
            return self.tokens[0].raw[1:-1]
        return self.sentence.between(self.start, self.end)

    @property
    def number(self) -> int:
        return whole_in(self.tokens[0]) or 0


Filled = Mapping[str, Slot]


def match(sentence: Sentence, patterns: Sequence[str]) -> dict[str, Slot] | None:
    """Return the slots of the first pattern that the whole of `sentence` fits."""
    start, end = core(sentence)
    for pattern in patterns:
        matcher = _Matcher(sentence, _compiled(pattern), end)
        if matcher.goes(start, 0):
            return matcher.slots
    return None


def fits(sentence: Sentence, patterns: Sequence[str]) -> bool:
    """Claim that the sentence fits one of the patterns, whatever their slots."""
    return match(sentence, patterns) is not None


def core(sentence: Sentence) -> tuple[int, int]:
    """Return where the command itself begins and ends, without politeness around it."""
    tokens = sentence.tokens
    start, end = 0, len(tokens)
    while start < end and (width := _lead(tokens, start)):
        start += width
    while (
        end > start
        and tokens[end - 1].kind in ("word", "symbol")
        and tokens[end - 1].text in _TAILS
    ):
        end -= 1
    return start, end


def _lead(tokens: Sequence[Token], at: int) -> int:
    for lead in _LEADS:
        words = lead.split()
        said = [token.text for token in tokens[at : at + len(words)]]
        if said == words and at + len(words) < len(tokens):
            return len(words)
    return 1 if tokens[at].text in (",", "!", ".") else 0


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> tuple[_Element, ...]:
    return tuple(_element(part) for part in pattern.split())


def _element(part: str) -> _Element:
    if part == "*":
        return _Element("gap")
    if part == "{number}":
        return _Element("number", name="number")
    if part.startswith("{"):
        name = part.strip("{}")
        return _Element("rest" if name.endswith("...") else "slot", name=name.removesuffix("..."))
    if part.startswith("["):
        return _Element("optional", frozenset(part.strip("[]").split("|")))
    return _Element("word", frozenset(part.strip("()").split("|")))


class _Matcher:
    """One pattern tried on one sentence. `_dead` are the places from which nothing leads on."""

    def __init__(self, sentence: Sentence, elements: tuple[_Element, ...], end: int) -> None:
        self.slots: dict[str, Slot] = {}
        self._sentence = sentence
        self._elements = elements
        self._end = end
        self._dead: set[tuple[int, int]] = set()

    def goes(self, at: int, index: int) -> bool:
        """Claim that the elements from `index` on fit the tokens from `at` on."""
        if (at, index) in self._dead:
            return False
        is_over = index == len(self._elements)
        done = self._small(at) == self._end if is_over else self._element(at, index)
        if not done:
            self._dead.add((at, index))
        return done

    def _element(self, at: int, index: int) -> bool:
        element = self._elements[index]
        if element.kind == "rest":
            self.slots[element.name] = Slot(self._sentence, at, len(self._sentence.tokens))
            return at < self._end and index == len(self._elements) - 1
        if element.kind in ("slot", "gap"):
            return self._spread(element, at, index)
        if any(self._word(element, place, index) for place in dict.fromkeys((at, self._small(at)))):
            return True
        return element.kind == "optional" and self.goes(at, index + 1)

    def _word(self, element: _Element, at: int, index: int) -> bool:
        if at >= self._end or not _is(element, self._sentence.tokens[at]):
            return False
        if not self.goes(at + 1, index + 1):
            return False
        if element.kind == "number":
            self.slots["number"] = Slot(self._sentence, at, at + 1)
        return True

    def _spread(self, element: _Element, at: int, index: int) -> bool:
        first = at if element.kind == "gap" else at + 1
        for stop in range(first, min(self._end, at + SLOT_TOKENS) + 1):
            if self.goes(stop, index + 1):
                if element.name:
                    self.slots[element.name] = Slot(self._sentence, at, stop)
                return True
        return False

    def _small(self, at: int) -> int:
        """Return the first place from `at` on that is no small word."""
        tokens = self._sentence.tokens
        while at < self._end and tokens[at].kind == "word" and tokens[at].text in _SMALL:
            at += 1
        return at


def _is(element: _Element, token: Token) -> bool:
    if element.kind == "number":
        return whole_in(token) is not None
    return token.kind != "quoted" and (token.text in element.words or token.stem in element.words)
