"""Commands that search in the text of files."""

from dataclasses import dataclass, replace

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.intents.reading import chosen, fenced, which_file
from cadre.engine.operator.moves import Context, Frame, Move, Say
from cadre.engine.operator.patterns import Slot, match
from cadre.engine.operator.words import Sentence

_IN_FILE = (
    "search|find|grep|look|locate [for] [every|occurrence|line|place|mention] [of|with|containing] {text} in|inside|within {file}",
    "search|grep {file} for {text...}",
    "[which|what] line in|of {file} contain|contains|mention|mentions|have|has {text...}",
    "[show] line with|containing|matching {text} in|of|from {file}",
    "[is|are] [there] any|some {text} in {file}",
)
_ANYWHERE = (
    "search|grep [for] [text|word|string|phrase] {text} in|across|through [every] file|code|project|folder|here|source",
    "find|locate [every|occurrence|line|place|mention] [of|with|containing] {text} in|across [every] file|code|project|folder|here|source",
    "where is|are|do|does {text} [left] defined|used|mentioned|declared|set|called|mention|occur|appear",
    "which|what file contain|contains|mention|mentions|use|uses|have|has|define|defines|import|imports {text...}",
    "is|are there any|some {text} [left] [in] [file|code|project|here]",
    "[is|are] [there] any|some {text} left [in] [file|code|project|here]",
    "grep [for] {text...}",
    "search for|text|word|string {text...}",
    "where is|are {text...}",
    "find|list|show [me] [every] todo|fixme [comment] *",
    "find {text...}",
)  # fmt: skip
_KNOWN = {"todo": "TODO", "todos": "TODO", "fixme": "FIXME", "fixmes": "FIXME"}
_NOT_TEXT = frozenset(
    [
        "average",
        "total",
        "sum",
        "revenue",
        "mean",
        "biggest",
        "largest",
        "order",
        "row",
        "record",
        "many",
    ]
)


@dataclass(frozen=True)
class Search:
    """Search for `text`, in the file named by `file` or in all."""

    text: str
    file: str = ""
    path: str = ""
    regex: bool = False

    def plan(self, desk: Desk) -> Move:
        path = self.path
        if self.file and not path:
            entries = toolkit.list_files(desk)
            found = chosen(self.file, entries)
            if len(found) != 1:
                return which_file(self.file, found, entries, lambda p: replace(self, path=p))
            path = found[0].path
        answer = toolkit.search(desk, self.text, path=path, regex=self.regex)
        where = f" in `{path}`" if path else ""
        kind = "the pattern" if self.regex else "the text"
        return Say(f"Lines with {kind} “{self.text}”{where}:\n\n{fenced(answer)}")


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a sentence as a search."""
    filled = match(sentence, _IN_FILE)
    if filled is not None and _is_file(filled["file"]):
        return Search(
            _wanted(filled["text"]), filled["file"].text, regex=_is_pattern(filled["text"])
        )
    filled = match(sentence, _ANYWHERE)
    if filled is None:
        return None
    if "text" not in filled:
        return Search("FIXME" if sentence.has("fixme") else "TODO")
    slot = filled["text"]
    if _NOT_TEXT & {token.stem for token in slot.tokens} and not _is_quoted(slot):
        return None
    is_loose = sentence.stems[0] in ("find", "where", "is", "are", "which", "what")
    if is_loose and len(slot.tokens) > 5 and not _is_quoted(slot):
        return None
    return Search(_wanted(slot), regex=_is_pattern(slot))


def _is_file(slot: Slot) -> bool:
    if any(token.is_name for token in slot.tokens):
        return True
    return len(slot.tokens) <= 3 and any(
        t.stem in ("log", "file", "readme", "note") for t in slot.tokens
    )


def _is_quoted(slot: Slot) -> bool:
    return any(token.kind == "quoted" for token in slot.tokens)


def _is_pattern(slot: Slot) -> bool:
    """Claims that /text/ was meant as a regular expression."""
    text = slot.text.strip()
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def _wanted(slot: Slot) -> str:
    quoted = [token for token in slot.tokens if token.kind == "quoted"]
    text = quoted[0].raw[1:-1] if quoted else slot.text.strip(" ?.!")
    text = text.strip("/") if _is_pattern(slot) else text
    for lead in ("the ", "a ", "an ", "class of ", "word ", "text ", "all ", "every "):
        text = text.removeprefix(lead)
    return _KNOWN.get(text.lower(), text)
