"""Words: a message cut into tokens, each with the form under which it is compared.

The raw text is always kept: names and literals are taken from it, never from the stem.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["word", "number", "quoted", "path", "url", "symbol"]

MAX_TOKENS = 160

_TOKEN = re.compile(
    r"""
      (?P<url>https?://[^\s<>"'`]+)
    | (?P<quoted>"[^"]*" | “[^”]*” | `[^`]+` | (?<![^\W_])'[^']*'(?![^\W_]))
    | (?P<path>(?:[\w.@+-]*/)+[\w.@+-]* | [\w@+-][\w.@+-]*\.[A-Za-z][A-Za-z0-9]{0,9}(?![\w.]*[\w]) | (?<!\S)\.[A-Za-z][\w.-]+)
    | (?P<date>\d{4}-\d{1,2}(?:-\d{1,2})?(?!\d))
    | (?P<number>\d[\d,]*(?:\.\d+)?\s?(?:k|m|bn)?\b | \d[\d,]*(?:\.\d+)?)
    | (?P<word>[^\W\d_][\w]*(?:['\u2019-][^\W\d_][\w]*)*)
    | (?P<other>\w+)
    | (?P<symbol><=|>=|!=|<>|==|\*\*|[^\s\w])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONTRACTIONS = {
    "what's": "what is", "whats": "what is", "where's": "where is", "who's": "who is",
    "how's": "how is", "it's": "it is", "that's": "that is", "there's": "there is",
    "let's": "let us", "don't": "do not", "doesn't": "does not", "didn't": "did not",
    "isn't": "is not", "aren't": "are not", "can't": "can not", "i'd": "i would",
    "i'm": "i am", "i've": "i have", "you're": "you are", "we've": "we have",
}  # fmt: skip
_IRREGULAR = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "indices": "index",
    "status": "status", "series": "series", "news": "news", "bus": "bus", "is": "is", "was": "was",
    "has": "has", "does": "does", "this": "this", "as": "as", "us": "us", "gas": "gas",
    "less": "less", "ls": "ls", "css": "css", "analysis": "analysis",
}  # fmt: skip
_SUFFIXES = (
    ("ies", "y", 5),
    ("sses", "ss", 5),
    ("ches", "ch", 5),
    ("shes", "sh", 5),
    ("xes", "x", 4),
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is lower case and without quotes; `stem` without a plural; `raw` as written."""

    raw: str
    text: str
    stem: str
    kind: Kind
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        return self.kind in ("quoted", "path")


@dataclass(frozen=True)
class Sentence:
    """One message. `raw` may be long; only the first tokens are looked at."""

    raw: str
    tokens: tuple[Token, ...] = field(repr=False)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(token.stem for token in self.tokens)

    def between(self, start: int, end: int) -> str:
        """Return the message as written, from token `start` up to but without token `end`."""
        if start >= min(end, len(self.tokens)):
            return ""
        last = self.tokens[min(end, len(self.tokens)) - 1]
        # What follows the last token that was looked at belongs to the text as well.
        stop = len(self.raw) if end >= len(self.tokens) else last.end
        return self.raw[self.tokens[start].start : stop].strip()

    def has(self, *stems: str) -> bool:
        return any(stem in self.stems for stem in stems)


def stem(word: str) -> str:
    """Return `word` in lower case without its plural ending."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for suffix, instead, shortest in _SUFFIXES:
        if word.endswith(suffix) and len(word) >= shortest:
            return word[: -len(suffix)] + instead
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def read_sentence(text: str) -> Sentence:
    """Cut `text` into tokens. Never fails; text beyond a bound is kept but not looked at."""
    return Sentence(text, tuple(_tokens(text))[:MAX_TOKENS])


def _tokens(text: str) -> Iterator[Token]:
    for count, match in enumerate(_TOKEN.finditer(text)):
        if count >= MAX_TOKENS:
            return
        kind = match.lastgroup or "other"
        if kind == "word":
            yield from _word(match.group(), match.start())
        else:
            yield _other(kind, match)


def _word(raw: str, start: int) -> Iterator[Token]:
    plain = raw.lower().replace("\u2019", "'")
    end = start + len(raw)
    if plain in _CONTRACTIONS:
        for word in _CONTRACTIONS[plain].split():
            yield Token(word, word, stem(word), "word", start, end)
        return
    plain = plain.removesuffix("'s").replace("'", "")
    yield Token(raw, plain, stem(plain), "word", start, end)


def _other(kind: str, match: re.Match[str]) -> Token:
    raw, start, end = match.group(), match.start(), match.end()
    if kind == "quoted":
        inner = raw[1:-1].strip()
        return Token(raw, inner.lower(), inner.lower(), "quoted", start, end)
    if kind == "path":
        # A full stop that ends the sentence is not part of a name.
        trimmed = raw.rstrip(".") or raw
        return Token(trimmed, trimmed.lower(), trimmed.lower(), "path", start, start + len(trimmed))
    if kind == "url":
        trimmed = raw.rstrip(".,;:!?)")
        return Token(trimmed, trimmed, trimmed, "url", start, start + len(trimmed))
    kinds: dict[str, Kind] = {"number": "number", "symbol": "symbol", "date": "number"}
    text = raw.strip().lower()
    return Token(raw, text, text, kinds.get(kind, "word"), start, end)


def name_words(name: str) -> tuple[str, ...]:
    """Return the stems of a column's or file's name: `orderDate`, `order_date` -> order, date."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(stem(word) for word in re.split(r"[\W_]+", spaced) if word)


def joined(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)
