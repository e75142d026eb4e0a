"""Moves: what the operator does next, and what it has understood.

A `Frame` is one understood command. Its plan either ends in words for the person (`Say`), in
a question back (`Ask`), or is interrupted because a tool has to answer first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cadre.engine.operator.desk import Desk
from cadre.engine.operator.words import Sentence


@dataclass(frozen=True)
class Say:
    """The answer, in Markdown."""

    text: str


@dataclass(frozen=True)
class Choice:
    """One answer to a question back: what it says, and what is then understood."""

    label: str
    frame: "Frame"


@dataclass(frozen=True)
class Ask:
    """A question back. Choices may be missing where there is nothing to choose from."""

    question: str
    choices: Sequence[Choice] = ()


Move = Say | Ask


class Frame(Protocol):
    """A command that was understood."""

    def plan(self, desk: Desk, /) -> Move:
        """Return the last move; raises `NotYet` for each tool call on the way to it."""
        ...


@dataclass(frozen=True)
class Context:
    """What went before: the last command understood, the question that is still open."""

    previous: Frame | None = None
    asked: Ask | None = None


class Recognise(Protocol):
    """How an intent reads a sentence: its frame, or None if the sentence means something else."""

    def __call__(self, sentence: Sentence, context: Context, /) -> Frame | None: ...
