"""Reasoning that a server left in the text, between <think> and </think>, as reasoning.

Only an answer that begins with <think> is read that way, so an answer about the tag keeps
it. A tag may be split between any two pieces.
"""

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkingSplitter:
    """Feed it text; it returns what is reasoning and what is answer in it."""

    def __init__(self) -> None:
        self._held = ""
        self._state: str = "start"  # then "thinking", "after", and "answer" for good

    def feed(self, text: str) -> tuple[str, str]:
        if self._state == "answer":
            return "", text
        self._held += text
        if self._state == "start":
            self._begin()
        thought = self._thought() if self._state == "thinking" else ""
        if self._state == "after":
            self._skip_empty_lines()
        return thought, self._release() if self._state == "answer" else ""

    def close(self) -> tuple[str, str]:
        """What was held back when the text ended."""
        rest = self._release()
        return (rest, "") if self._state == "thinking" else ("", rest)

    def _begin(self) -> None:
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._held, self._state = begun.removeprefix(_OPEN), "thinking"
        elif not _OPEN.startswith(begun):
            self._state = "answer"

    def _thought(self) -> str:
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._held, self._state = rest, "after"
            return thought
        safe = len(self._held) - _overlap(self._held)
        thought, self._held = self._held[:safe], self._held[safe:]
        return thought

    def _skip_empty_lines(self) -> None:
        self._held = self._held.lstrip("\n")
        if self._held:
            self._state = "answer"

    def _release(self) -> str:
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of the closing tag."""
    sizes = range(min(len(_CLOSE) - 1, len(text)), 0, -1)
    return next((size for size in sizes if text.endswith(_CLOSE[:size])), 0)
