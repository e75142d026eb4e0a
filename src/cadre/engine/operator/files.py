"""Files: the listing of a workspace, and the names in a sentence matched against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rapidfuzz.distance import DamerauLevenshtein

from cadre.engine.operator.words import Token, name_words

DATA_ENDINGS = frozenset({"csv", "tsv", "parquet", "json", "jsonl", "ndjson", "xlsx"})
_KINDS: dict[str, frozenset[str]] = {
    "excel": frozenset({"xlsx", "xls"}), "spreadsheet": frozenset({"xlsx", "csv"}),
    "sheet": frozenset({"xlsx", "csv"}), "workbook": frozenset({"xlsx"}),
    "csv": frozenset({"csv"}), "parquet": frozenset({"parquet"}), "json": frozenset({"json", "jsonl"}),
    "log": frozenset({"log"}), "markdown": frozenset({"md"}), "python": frozenset({"py"}),
    "text": frozenset({"txt"}), "image": frozenset({"png", "jpg", "jpeg", "svg", "gif"}),
    "picture": frozenset({"png", "jpg", "jpeg", "svg", "gif"}), "pdf": frozenset({"pdf"}),
    "xlsx": frozenset({"xlsx"}), "jsonl": frozenset({"jsonl"}), "yaml": frozenset({"yaml", "yml"}),
    "script": frozenset({"py", "sh"}),
}  # fmt: skip
_NOISE = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "our",
        "file",
        "document",
        "called",
        "named",
        "this",
        "that",
        "data",
        "dataset",
        "in",
        "of",
    ]
)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """`size` in bytes; `modified_at` in Unix seconds, None where the listing doesn't say."""

    path: str
    size: int
    modified_at: float | None = None

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def ending(self) -> str:
        return PurePosixPath(self.path).suffix.removeprefix(".").lower()

    @property
    def is_data(self) -> bool:
        return self.ending in DATA_ENDINGS


def find_file(said: Sequence[Token], entries: Sequence[FileEntry]) -> list[FileEntry]:
    """Return the files that `said` may name: one if it is sure, several if it isn't, or none."""
    named = [token for token in said if token.is_name]
    if named:
        return _by_path(named[0].text.removeprefix("./"), entries)
    words = tuple(
        token.stem for token in said if token.stem not in _NOISE and token.kind != "symbol"
    )
    if not words:
        return []
    return _by_words(words, entries)


def _by_path(wanted: str, entries: Sequence[FileEntry]) -> list[FileEntry]:
    for depth in (_path, _tail, _stem):
        found = [entry for entry in entries if depth(entry, wanted)]
        if found:
            return found
    return [entry for entry in entries if _is_slip(wanted, entry.name.lower())]


def _path(entry: FileEntry, wanted: str) -> bool:
    return entry.path.lower() == wanted


def _tail(entry: FileEntry, wanted: str) -> bool:
    return ("/" + entry.path.lower()).endswith("/" + wanted)


def _stem(entry: FileEntry, wanted: str) -> bool:
    return entry.name.lower().rsplit(".", 1)[0] == wanted


def _is_slip(said: str, name: str) -> bool:
    return len(name) >= 5 and DamerauLevenshtein.distance(said, name, score_cutoff=2) <= 1


def _by_words(words: tuple[str, ...], entries: Sequence[FileEntry]) -> list[FileEntry]:
    kinds = [_KINDS[word] for word in words if word in _KINDS]
    scored = [(_likeness(words, kinds, entry), entry) for entry in entries]
    best = max((score for score, _ in scored), default=0.0)
    return [entry for score, entry in scored if score == best] if best >= 0.5 else []


def _likeness(words: tuple[str, ...], kinds: Sequence[frozenset[str]], entry: FileEntry) -> float:
    stem_words = name_words(entry.name.rsplit(".", 1)[0] or entry.name)
    said = tuple(word for word in words if word not in _KINDS) or words
    is_kind = all(entry.ending in kind for kind in kinds)
    if "".join(words) == "".join(stem_words):
        return 1.0
    if said != words and "".join(said) == "".join(stem_words):
        return 0.95 if is_kind else 0.0
    if said == words and len(kinds) == len(words):
        return 0.6 if is_kind else 0.0
    hits = sum(1 for word in said if any(_is_same(word, other) for other in stem_words))
    if hits < len(said) or not is_kind:
        return 0.0
    return 0.5 + 0.4 * hits / len(stem_words)


def _is_same(said: str, word: str) -> bool:
    if said == word:
        return True
    return min(len(said), len(word)) >= 5 and DamerauLevenshtein.distance(said, word) == 1


def say_size(size: float) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1024
    return ""
