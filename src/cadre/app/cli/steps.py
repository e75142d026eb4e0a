"""Steps: a run's journal and live frames as lines in a terminal.

The answer's text goes to standard output as it is written; everything about how it came
to be goes to standard error.
"""

import json
import sys
import time
from typing import Any

from rich.markup import escape

from cadre.app.cli.output import fields, notes

_ARGUMENT_CHARACTERS = 90


class Steps:
    """Shows one run. `is_quiet`: nothing at all."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._notes = notes()
        self._streamed = ""
        self._key: str | None = None
        self._is_mid_line = False

    def has_shown(self, text: str) -> bool:
        """Whether `text` is what was streamed last."""
        return self._streamed.strip() == text.strip()

    def close(self) -> None:
        """End a line that was begun."""
        if self._is_mid_line:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._is_mid_line = False

    def journal(self, event: dict[str, Any]) -> None:
        """Show an event of the journal."""
        if self._is_quiet:
            return
        show = {
            "step.started": self._on_started,
            "step.finished": self._on_finished,
            "step.failed": self._on_failed,
            "wait.finished": self._on_answered,
        }.get(event["type"])
        if show is not None:
            show(event["data"], event["at"])

    def live(self, frame: dict[str, Any]) -> None:
        """Show text as it is written."""
        if self._is_quiet or not str(frame.get("key") or "").startswith("model"):
            return
        if frame["type"] == "text.delta":
            self._write(frame["key"], str(frame["text"]))
        elif frame["type"] == "text.snapshot":
            self._snapshot(frame["key"], str(frame["text"]))

    def _snapshot(self, key: str, text: str) -> None:
        """Only what is new is written; an attempt thrown away starts a new line."""
        if key == self._key and text.startswith(self._streamed):
            self._write(key, text[len(self._streamed) :])
        else:
            self.close()
            self._key, self._streamed = key, ""
            self._write(key, text)

    def _write(self, key: str, text: str) -> None:
        if key != self._key:
            self.close()
            self._key, self._streamed = key, ""
        if text:
            self._streamed += text
            self._is_mid_line = not text.endswith("\n")
            sys.stdout.write(text)
            sys.stdout.flush()

    def _on_started(self, data: dict[str, Any], _at: float) -> None:
        if data.get("kind") == "tool":
            self._line(f"[cyan]…[/] {_call(data)}")

    def _on_finished(self, data: dict[str, Any], at: float) -> None:
        if data.get("kind") != "tool":
            return
        seconds = max(0.0, at - float(data.get("started_at") or time.time()))
        mark = "[red]✗[/]" if fields(data["output"]).get("is_error") else "[green]✓[/]"
        self._line(f"{mark} {_call(data)} [dim]{seconds:.1f} s[/]")

    def _on_failed(self, data: dict[str, Any], _at: float) -> None:
        self._line(f"[red]✗[/] {_call(data)} {escape(str(data['error']['detail']))}")

    def _on_answered(self, data: dict[str, Any], _at: float) -> None:
        if str(data.get("name", "")).startswith("approval:"):
            self._line("[yellow]→[/] answered")

    def _line(self, markup: str) -> None:
        self.close()
        self._notes.print(markup)


def _call(data: dict[str, Any]) -> str:
    arguments = json.dumps(data.get("input"), ensure_ascii=False)
    if len(arguments) > _ARGUMENT_CHARACTERS:
        arguments = arguments[: _ARGUMENT_CHARACTERS - 1] + "…"
    return f"[bold]{escape(str(data['name']))}[/] [dim]{escape(arguments)}[/]"
