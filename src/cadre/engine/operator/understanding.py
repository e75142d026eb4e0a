"""Understanding: from a sentence and what went before to one frame."""

from cadre.engine.operator.intents import (
    changing,
    converting,
    listing,
    question,
    reading,
    running,
    searching,
    talk,
    web,
)
from cadre.engine.operator.moves import Ask, Choice, Context, Frame, Recognise
from cadre.engine.operator.numerals import ORDINALS, whole_in
from cadre.engine.operator.patterns import core
from cadre.engine.operator.words import Sentence, Token, stem

# The first that knows the sentence has it: the narrow ones stand before the broad.
_INTENTS: tuple[Recognise, ...] = (
    web.recognise,
    running.recognise,
    talk.recognise,
    converting.recognise,
    changing.recognise,
    listing.recognise,
    reading.recognise,
    searching.recognise,
    question.recognise,
)
_YES = frozenset(
    [
        "yes",
        "yep",
        "yeah",
        "y",
        "sure",
        "ok",
        "okay",
        "do",
        "it",
        "please",
        "go",
        "ahead",
        "correct",
        "right",
        "exactly",
        "yup",
        "that",
        "one",
    ]
)
_NO = frozenset(
    [
        "no",
        "nope",
        "n",
        "cancel",
        "stop",
        "never",
        "mind",
        "forget",
        "it",
        "nothing",
        "none",
        "do",
        "not",
        "dont",
        "leave",
    ]
)


def understand(sentence: Sentence, context: Context) -> Frame:
    """Return what the sentence means: an answer to a question back, or a command."""
    if context.asked is not None and (frame := answer_to(sentence, context.asked)) is not None:
        return frame
    for recognise in _INTENTS:
        frame = recognise(sentence, context)
        if frame is not None:
            return frame
    return talk.Unknown(sentence.raw)


def answer_to(sentence: Sentence, asked: Ask) -> Frame | None:
    """Return the choice that the sentence takes, or None if it is not an answer at all."""
    start, end = core(sentence)
    tokens = [t for t in sentence.tokens[start:end] if t.kind != "symbol"]
    words = {token.text for token in tokens}
    if not words or not asked.choices:
        return None
    if words <= _NO:
        return talk.Greeting("All right, I leave it.")
    if words <= _YES:
        return asked.choices[0].frame if len(asked.choices) == 1 else None
    position = _position(tokens, len(asked.choices))
    if position is not None:
        return asked.choices[position].frame
    return _named(tokens, asked)


def _position(tokens: list[Token], count: int) -> int | None:
    """Return which choice "the second one", "2" or "last" is, counted from 0."""
    if len(tokens) > 5:
        return None
    for token in tokens:
        if token.text == "last":
            return count - 1
        number = ORDINALS.get(token.text) or (whole_in(token) if len(tokens) <= 3 else None)
        if number and 1 <= number <= count and token.text != "one":
            return number - 1
    return 0 if [t.text for t in tokens] == ["one"] else None


def _named(tokens: list[Token], asked: Ask) -> Frame | None:
    """Return the one choice whose label holds all words that matter, and that names it shortly."""
    said = {stem(word) for token in tokens for word in _parts(token.text)} - _SMALL
    if not said or len(tokens) > 8:
        return None
    fitting = [choice for choice in asked.choices if said <= _label_words(choice)]
    return fitting[0].frame if len(fitting) == 1 else None


_SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "one",
        "file",
        "column",
        "please",
        "of",
        "i",
        "mean",
        "meant",
        "use",
        "take",
        "by",
        "in",
        "from",
        "with",
    ]
)


def _parts(text: str) -> list[str]:
    return [
        part for part in "".join(c if c.isalnum() else " " for c in text.lower()).split() if part
    ]


def _label_words(choice: Choice) -> set[str]:
    return {stem(word) for word in _parts(choice.label)}
