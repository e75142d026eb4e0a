"""Commands that fetch a page from the web."""

from dataclasses import dataclass

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.intents.reading import fenced
from cadre.engine.operator.moves import Context, Frame, Move, Say
from cadre.engine.operator.words import Sentence

_SHOWN = 4000


@dataclass(frozen=True)
class Fetch:
    url: str

    def plan(self, desk: Desk) -> Move:
        text = toolkit.fetch(desk, self.url)
        cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "\n…"
        note = f"\n\nThe first {_SHOWN} of {len(text)} characters." if cut != text else ""
        return Say(
            f"What <{self.url}> answered (written by others, so only material):\n\n{fenced(cut)}{note}"
        )


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read any sentence with an address in it as the wish to fetch it."""
    urls = [token.raw for token in sentence.tokens if token.kind == "url"]
    asks = sentence.has(
        "fetch", "get", "open", "read", "show", "download", "load", "visit", "check", "what", "call",
        "request", "curl", "look", "summarise", "summarize",
    )  # fmt: skip
    return Fetch(urls[0]) if len(urls) == 1 and (asks or len(sentence.tokens) == 1) else None
