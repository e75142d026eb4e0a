"""Wishes: what words of a described task are taken for.

Words and phrases, nothing learned: whoever asks sees which word led to what.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from cadre.engine.models.card import Capability, Kind
from cadre.engine.models.routing.schemas import Want

Leaning = Literal["quality", "price", "speed"]

_CAPABILITIES: tuple[tuple[str, Capability, str], ...] = (
    (
        r"images?|photos?|pictures?|screenshots?|diagrams?|charts?|scans?|vision|ocr",
        "vision",
        "it has to see images",
    ),
    (
        r"code|coding|program(?:s|ming|mer)?|refactor\w*|bugs?|debug\w*|python|javascript|"
        r"typescript|java|rust|golang|sql|unit tests?|pull requests?",
        "code",
        "it should be made for code",
    ),
    (
        r"reason\w*|prove|proofs?|maths?|mathematic\w*|logic\w*|puzzles?|plan|planning|"
        r"step by step|hard problems?|analy[sz]e deeply",
        "reasoning",
        "it should reason before it answers",
    ),
    (
        r"search\w*|web|internet|news|today'?s?|latest|up[- ]to[- ]date|current events|"
        r"look up online",
        "search",
        "it has to search the web itself",
    ),
    (r"pdfs?|scanned documents?", "documents", "it has to read documents as files"),
    (r"tools?|agents?|agentic|call (?:an )?apis?|function calls?", "tools", "it has to call tools"),
    (
        r"json|structured|schema|extract\w*|fields|forms?",
        "structured_output",
        "its answer has to keep a shape",
    ),
)
_KINDS: tuple[tuple[str, Kind, str], ...] = (
    (r"embed\w*|vectors?|semantic search|similarity", "embedding", "texts become vectors"),
    (r"transcri\w*|speech[- ]to[- ]text|dictat\w*|subtitles?", "transcription", "speech to text"),
    (r"text[- ]to[- ]speech|read aloud|narrat\w*|tts|voice[- ]?over", "speech", "text to speech"),
    (
        r"(?:generate|create|make|draw|paint)\w* (?:an? |some )?(?:images?|pictures?|logos?)",
        "image",
        "images are made",
    ),
    (r"moderat\w*|toxic\w*|harmful content", "moderation", "texts are judged"),
)
_LEANINGS: tuple[tuple[str, Leaning, str], ...] = (
    (
        r"cheap\w*|budget|low[- ]cost|inexpensive|millions? of|bulk|high volume|save money",
        "price",
        "price counts most",
    ),
    (
        r"fast\w*|quick\w*|real[- ]?time|latency|instant\w*|live chat|autocomplet\w*",
        "speed",
        "speed counts most",
    ),
    (
        r"best|accurate|accuracy|high[- ]quality|critical|important|careful\w*|difficult",
        "quality",
        "quality counts most",
    ),
)
_LONG = (
    r"long (?:documents?|texts?|contracts?|reports?)|books?|whole (?:repositor\w+|codebases?)|"
    r"entire (?:repositor\w+|codebases?|books?)|hundreds of pages|transcripts?"
)
_LOCAL = r"local(?:ly)?|on[- ]prem\w*|offline|self[- ]hosted|confidential|private|air[- ]gapped"


@dataclass(slots=True)
class Wishes:
    """What a task seems to want of a model."""

    kind: Kind = "chat"
    capabilities: list[Capability] = field(default_factory=list[Capability])
    leaning: Leaning | None = None
    is_long: bool = False
    is_local: bool = False
    wants: list[Want] = field(default_factory=list[Want])


def wishes_of(task: str) -> Wishes:
    """Read `task`, in English, word by word."""
    wishes = Wishes()
    text = task.lower()
    for pattern, kind, meaning in _KINDS:
        if wishes.kind == "chat" and _found(wishes, pattern, text, meaning):
            wishes.kind = kind
    if wishes.kind == "chat":
        for pattern, capability, meaning in _CAPABILITIES:
            if _found(wishes, pattern, text, meaning):
                wishes.capabilities.append(capability)
        wishes.is_long = _found(wishes, _LONG, text, "it has to hold at least 100,000 tokens")
    for pattern, leaning, meaning in _LEANINGS:
        if wishes.leaning is None and _found(wishes, pattern, text, meaning):
            wishes.leaning = leaning
    wishes.is_local = _found(wishes, _LOCAL, text, "it has to run on the org's own machines")
    return wishes


def _found(wishes: Wishes, pattern: str, text: str, meaning: str) -> bool:
    found = re.search(rf"\b(?:{pattern})\b", text)
    if found is not None:
        wishes.wants.append(Want(word=found.group(), meaning=meaning))
    return found is not None
