"""Commands about the files themselves: which there are, the largest, the newest, what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.files import FileEntry, say_size
from cadre.engine.operator.grid import Grid, write_grid
from cadre.engine.operator.moves import Context, Frame, Move, Say
from cadre.engine.operator.numerals import whole_in
from cadre.engine.operator.patterns import fits
from cadre.engine.operator.periods import Period, period_at
from cadre.engine.operator.words import Sentence, read_sentence

ROWS = 50
_NOUNS = ("file", "document", "folder", "directory", "workspace")
_ORDERS: dict[str, frozenset[str]] = {
    "largest": frozenset(
        ["biggest", "largest", "big", "large", "larger", "bigger", "heaviest", "greatest", "huge"]
    ),
    "smallest": frozenset(["smallest", "small", "smaller", "tiniest"]),
    "newest": frozenset(["newest", "latest", "recent", "recently", "youngest", "newer"]),
    "oldest": frozenset(["oldest", "old", "older"]),
}
_LISTS = (
    "ls", "ls {path}", "tree", "dir", "list", "list file", "list [every] file [here|there] *",
    "show|list|see|view|display file|folder|directory *", "show|list|see [every] file|folder",
    "what|which file|document", "what|which file|document do|are|is *", "what is|do in [here|this] [folder|directory|workspace]",
    "show|list|display file|folder|directory tree [here]", "show|draw tree", "what is here", "what do i have [here]",
    "list|show content|contents of [this|current] folder|directory|workspace", "list everything [here]",
    "which|what file are here|there", "file",
)  # fmt: skip
_COUNTS = ("how many file|document *", "count [every] file *", "number of file *")
_CHANGED = frozenset(
    [
        "changed",
        "change",
        "modified",
        "modify",
        "edited",
        "touched",
        "updated",
        "new",
        "added",
        "altered",
    ]
)


@dataclass(frozen=True)
class Listing:
    """`order` of largest, smallest, newest, oldest or "" for by name; `limit` how many."""

    order: str = ""
    limit: int | None = None
    ending: str = ""
    only_count: bool = False

    def plan(self, desk: Desk) -> Move:
        entries = [
            e for e in toolkit.list_files(desk) if not self.ending or e.ending == self.ending
        ]
        kind = f".{self.ending} file" if self.ending else "file"
        if not entries:
            return Say(f"There is no {kind} here yet. Add files to a message, and ask again.")
        total = f"{len(entries)} {kind}{_plural(len(entries))}, {say_size(sum(e.size for e in entries))} in all"
        if self.only_count:
            return Say(f"There {'is' if len(entries) == 1 else 'are'} **{total}**.")
        shown = _ordered(entries, self.order)[: self.limit or ROWS]
        return Say(_heading(self, shown, total) + "\n\n" + table_of(shown))


@dataclass(frozen=True)
class Changes:
    """Files that changed within what `words` say; without words since yesterday."""

    words: str

    def plan(self, desk: Desk) -> Move:
        period = _period_in(read_sentence(self.words), desk.now)
        entries = toolkit.list_files(desk)
        changed = [
            e for e in entries if e.modified_at is not None and _within(e.modified_at, period)
        ]
        if not changed:
            return Say(f"No file changed {period.label} (UTC); there are {len(entries)}.")
        shown = _ordered(changed, "newest")
        count = (
            f"{len(changed)} of {len(entries)} files changed {period.label} (UTC), newest first."
        )
        return Say(f"{count}\n\n{table_of(shown[:ROWS])}")


def recognise(sentence: Sentence, context: Context) -> Frame | None:
    """Read a sentence as a command about the files of the workspace."""
    if isinstance(context.previous, Listing) and (follow := _follow(sentence, context.previous)):
        return follow
    if _is_about_changes(sentence):
        return Changes(sentence.raw)
    order = _order_of(sentence)
    if order and (sentence.has("file", "document") or sentence.stems[-1:] == ("one",)):
        return Listing(order, _limit(sentence), _ending(sentence))
    if fits(sentence, _COUNTS) and not _names_file(sentence):
        return Listing(only_count=True, ending=_ending(sentence))
    if fits(sentence, _LISTS) and not _names_file(sentence):
        return Listing(limit=_limit(sentence), ending=_ending(sentence))
    return None


def _follow(sentence: Sentence, previous: Listing) -> Listing | None:
    """Read "only the top 5" or "the oldest?" after a listing."""
    if len(sentence.tokens) > 8 or sentence.has("revenue", "row", "line"):
        return None
    order, limit = _order_of(sentence), _limit(sentence)
    if not order and limit is None:
        return None
    return replace(
        previous, order=order or previous.order, limit=limit or previous.limit, only_count=False
    )


def _is_about_changes(sentence: Sentence) -> bool:
    if not _CHANGED & {*sentence.stems, *(token.text for token in sentence.tokens)}:
        return False
    asks = sentence.has("what", "which", "anything", "list", "show", "file", "something", "did")
    return (
        asks
        and (_has_period(sentence) or sentence.has("file", "recently"))
        and not _names_file(sentence)
    )


def _has_period(sentence: Sentence) -> bool:
    return any(period_at(sentence.tokens, n, 1e9) for n in range(len(sentence.tokens)))


def _names_file(sentence: Sentence) -> bool:
    return any(token.is_name for token in sentence.tokens)


def _order_of(sentence: Sentence) -> str:
    words = {token.text for token in sentence.tokens}
    return next((order for order, said in _ORDERS.items() if said & words), "")


def _limit(sentence: Sentence) -> int | None:
    return next((n for token in sentence.tokens if (n := whole_in(token))), None)


def _ending(sentence: Sentence) -> str:
    """Return the kind of file that is asked for: "the largest csv files"."""
    endings = (
        "csv",
        "json",
        "jsonl",
        "xlsx",
        "parquet",
        "log",
        "md",
        "py",
        "txt",
        "png",
        "svg",
        "pdf",
    )
    return next((e for token in sentence.tokens for e in endings if token.stem in (e, "." + e)), "")


def _ordered(entries: Sequence[FileEntry], order: str) -> list[FileEntry]:
    keys: dict[str, Callable[[FileEntry], tuple[float, str]]] = {
        "largest": lambda e: (-e.size, e.path),
        "smallest": lambda e: (e.size, e.path),
        "newest": lambda e: (-(e.modified_at or 0), e.path),
        "oldest": lambda e: (e.modified_at or 0, e.path),
    }
    return sorted(entries, key=keys.get(order, lambda e: (0.0, e.path)))


def _heading(listing: Listing, shown: Sequence[FileEntry], total: str) -> str:
    if not listing.order:
        return f"{total}:" if len(shown) > 0 else total
    first = shown[0]
    if len(shown) == 1:
        return f"The {listing.order} is **{first.path}** ({say_size(first.size)}). {total}."
    return f"The {len(shown)} {listing.order} files, of {total}. First: **{first.path}**."


def table_of(entries: Sequence[FileEntry]) -> str:
    rows = [(entry.path, say_size(entry.size), _when(entry.modified_at)) for entry in entries]
    return write_grid(Grid(("file", "size", "changed (UTC)"), tuple(rows)), limit=ROWS)


def _when(moment: float | None) -> str:
    return "" if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _period_in(sentence: Sentence, now: float) -> Period:
    for position in range(len(sentence.tokens)):
        found = period_at(sentence.tokens, position, now)
        if found is not None:
            return found.period
    start = datetime.fromtimestamp(now - 86400, UTC)
    return Period(start, None, "in the last 24 hours", precise=True)


def _within(moment: float, period: Period) -> bool:
    after = period.start is None or moment >= period.start.timestamp()
    return after and (period.end is None or moment < period.end.timestamp())
