"""Commands that change files: write, append, replace, rename, copy, delete.

The gate decides whether a person must agree; nothing is deleted or renamed but by the shell.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.intents.reading import chosen, fenced, which_file
from cadre.engine.operator.moves import Ask, Choice, Context, Frame, Move, Say
from cadre.engine.operator.patterns import Filled, Slot, match
from cadre.engine.operator.words import Sentence

_WRITE = (
    "create|write|make|save|add|start [new|empty] [text] [file|note|document] [called|named] {path} with|containing|saying [text|content|contents|line|that|says] {text...}",
    "create|write|make|save [new|empty] [text] [file|note|document] [called|named] {path} that|which says|contains|reads {text...}",
    "create|make|touch|start [new|empty] [text] file|note|document [called|named] {path}",
    "write|save|put {text} to|into|in|as [new] [file|note] [called|named] {path}",
    "touch {path}",
)
_APPEND = (
    "append|add {text} to [end] [of] [file] {path}",
    "append to {path} {text...}",
)
_RENAME = (
    "rename|move [file] {path} to|into|as {target}",
    "mv {path} {target}",
    "[give] {path} new name {target}",
)
_COPY = (
    "copy|duplicate [file] {path} to|into|as {target}",
    "cp {path} {target}",
    "make copy of {path} as|called|named {target}",
)
_DELETE = (
    "delete|remove|erase|trash [file] {path}",
    "rm {path}",
    "get rid of [file] {path}",
    "throw away {path}",
)
_REPLACE = (
    "replace|change|swap|substitute [every|word|text|line|occurrence] [of] {old} with|to|by|into|for {new} in|inside [file] {path}",
    "in {path} replace|change|swap [every|word|text|line|occurrence] [of] {old} with|to|by|into|for {new...}",
    "correct|fix {old} to {new} in {path}",
)  # fmt: skip


@dataclass(frozen=True)
class Write:
    """Write `text` as the whole content of `path`; ask before an existing file is lost."""

    path: str
    text: str
    sure: bool = False

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        if not self.sure and any(entry.path == self.path for entry in entries):
            question = f"`{self.path}` exists already. Replace its whole content"
            return ask_yes(question, replace(self, sure=True))
        toolkit.write(desk, self.path, _line(self.text))
        return Say(f"Wrote `{self.path}`:\n\n{fenced(self.text or '(empty)')}")


@dataclass(frozen=True)
class Append:
    path: str
    text: str

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = chosen(self.path, entries)
        if len(found) != 1:
            return which_file(self.path, found, entries, lambda p: replace(self, path=p))
        _append_to(desk, found[0].path, _line(self.text))
        return Say(f"Added to `{found[0].path}`:\n\n{fenced(self.text)}")


@dataclass(frozen=True)
class Replace:
    path: str
    old: str
    new: str

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = chosen(self.path, entries)
        if len(found) != 1:
            return which_file(self.path, found, entries, lambda p: replace(self, path=p))
        answer = toolkit.patch(desk, found[0].path, self.old, self.new)
        return Say(
            f"Replaced “{self.old}” with “{self.new}” in `{found[0].path}`.\n\n{answer}".strip()
        )


@dataclass(frozen=True)
class Rename:
    """Rename or copy a file by the shell: `command` is mv or cp."""

    command: str
    path: str
    target: str

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = chosen(self.path, entries)
        if len(found) != 1:
            return which_file(self.path, found, entries, lambda p: replace(self, path=p))
        if any(entry.path == self.target for entry in entries):
            return Say(
                f"`{self.target}` exists already; I leave both as they are. Choose another name."
            )
        words = [self.command, "--no-clobber", "--", found[0].path, self.target]
        toolkit.shell(desk, shlex.join(words))
        done = "Renamed" if self.command == "mv" else "Copied"
        return Say(f"{done} `{found[0].path}` to `{self.target}`.")


@dataclass(frozen=True)
class Delete:
    path: str

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = chosen(self.path, entries)
        if len(found) != 1:
            return which_file(self.path, found, entries, lambda p: replace(self, path=p))
        toolkit.shell(desk, shlex.join(["rm", "--", found[0].path]))
        return Say(f"Deleted `{found[0].path}`.")


def _append_to(desk: Desk, path: str, text: str) -> None:
    whole = toolkit.read_text(desk, path)
    if toolkit.is_whole(whole):
        before = "" if whole == toolkit.EMPTY_FILE else _line(whole)
        toolkit.write(desk, path, before + text)
    else:
        toolkit.shell(desk, f"printf %s {shlex.quote(text)} >> {shlex.quote(path)}")


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a sentence as a change to a file."""
    for patterns, make in _MAKERS:
        filled = match(sentence, patterns)
        if filled is not None and (frame := make(filled)) is not None:
            return frame
    return None


def ask_yes(question: str, frame: Frame) -> Ask:
    """Ask a question whose only choice is to go on."""
    return Ask(f"{question} (yes / no)?", [Choice("yes", frame)])


def _named(slot: Slot) -> str | None:
    """Return the path in a slot, or None if its words name none."""
    names = [token for token in slot.tokens if token.is_name]
    if names:
        return names[0].raw.strip("\"'`“”").removeprefix("./")
    known = {"readme", "makefile", "file", "note", "log"}
    return slot.text if len(slot.tokens) <= 4 and known & {t.stem for t in slot.tokens} else None


def _new_path(slot: Slot) -> str | None:
    """Return the name of a file to be: one word will do."""
    named = _named(slot)
    if named is not None:
        return named
    return slot.text if len(slot.tokens) == 1 and slot.tokens[0].kind == "word" else None


def _text_of(slot: Slot) -> str:
    text = slot.text.strip()
    for lead in ("text ", "the text ", "content ", "the content ", ": "):
        text = text.removeprefix(lead)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1]
    return text.strip("“”") if text.startswith("“") else text


def _write(filled: Filled) -> Frame | None:
    path = _named(filled["path"])
    return Write(path, _text_of(filled["text"]) if "text" in filled else "") if path else None


def _append(filled: Filled) -> Frame | None:
    path = _named(filled["path"])
    return Append(path, _text_of(filled["text"])) if path else None


def _replace(filled: Filled) -> Frame | None:
    path = _named(filled["path"])
    return Replace(path, _text_of(filled["old"]), _text_of(filled["new"])) if path else None


def _moved(command: str) -> Callable[[Filled], Frame | None]:
    def make(filled: Filled) -> Frame | None:
        path, target = _named(filled["path"]), _new_path(filled["target"])
        return Rename(command, path, target) if path and target else None

    return make


def _delete(filled: Filled) -> Frame | None:
    path = _named(filled["path"])
    return Delete(path) if path else None


def _line(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


_MAKERS: tuple[tuple[tuple[str, ...], Callable[[Filled], Frame | None]], ...] = (
    (_RENAME, _moved("mv")),
    (_COPY, _moved("cp")),
    (_DELETE, _delete),
    (_REPLACE, _replace),
    (_APPEND, _append),
    (_WRITE, _write),
)
