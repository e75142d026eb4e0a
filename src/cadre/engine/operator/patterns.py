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
        found = _match(sentence, _compiled(pattern), start, end)
        if found is not None:
            return found
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


def _match(
    sentence: Sentence, elements: tuple[_Element, ...], start: int, end: int
) -> dict[str, Slot] | None:
    dead: set[tuple[int, int]] = set()
    slots: dict[str, Slot] = {}

    def goes(at: int, index: int) -> bool:
        if (at, index) in dead:
            return False
        if index == len(elements):
            done = _skip_small(sentence, at, end) == end
        else:
            done = _try(at, index)
        if not done:
            dead.add((at, index))
        return done

    def _try(at: int, index: int) -> bool:
        element = elements[index]
        if element.kind in ("slot", "rest", "gap"):
            return spread(element, at, index)
        positions = [at, _skip_small(sentence, at, end)]
        for position in dict.fromkeys(positions):
            if (
                position < end
                and _is(element, sentence.tokens[position])
                and goes(position + 1, index + 1)
            ):
                if element.kind == "number":
                    slots["number"] = Slot(sentence, position, position + 1)
                return True
        return element.kind == "optional" and goes(at, index + 1)

    def spread(element: _Element, at: int, index: int) -> bool:
        if element.kind == "rest":
            filled = at < end and index == len(elements) - 1
            slots[element.name] = Slot(sentence, at, len(sentence.tokens) if filled else end)
            return filled
        first = at if element.kind == "gap" else at + 1
        for stop in range(first, min(end, at + SLOT_TOKENS) + 1):
            if goes(stop, index + 1):
                if element.name:
                    slots[element.name] = Slot(sentence, at, stop)
                return True
        return False

    return slots if goes(start, 0) else None


def _is(element: _Element, token: Token) -> bool:
    if element.kind == "number":
        return whole_in(token) is not None
    return token.kind != "quoted" and (token.text in element.words or token.stem in element.words)


def _skip_small(sentence: Sentence, at: int, end: int) -> int:
    while at < end and sentence.tokens[at].kind == "word" and sentence.tokens[at].text in _SMALL:
        at += 1
    return at
