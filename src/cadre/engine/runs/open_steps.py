"""Open steps: what a run is doing at this moment, and the text that it has shown so far."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cadre.engine.runs.live import Hub
from cadre.engine.runs.schemas import Frame
from cadre.kernel.messages import Json
from cadre.trust.secrets import Frames, Masks

_MOST_CHARACTERS = 1_000_000
_STREAMS = {"text.delta": "text", "reasoning.delta": "reasoning", "output.delta": "output"}


@dataclass(slots=True)
class _Open:
    kind: str
    name: str
    input: Json
    started_at: float
    frames: Frames | None = None
    texts: dict[str, list[str]] | None = None
    characters: int = 0

    def text(self, stream: str) -> str:
        return "".join(self.texts.get(stream, ())) if self.texts else ""

    def hear(self, stream: str, text: str) -> None:
        """Remember a piece of text, as long as there is room."""
        if self.characters < _MOST_CHARACTERS:
            self.texts = self.texts or {}
            self.texts.setdefault(stream, []).append(text)
            self.characters += len(text)


class OpenSteps:
    """Passes the frames of one run to its followers, masked, and remembers enough for newcomers."""

    def __init__(self, run_id: str, hub: Hub, masks: Masks) -> None:
        self._run_id = run_id
        self._hub = hub
        self._masks = masks
        self._open: dict[str, _Open] = {}

    def begin(
        self, key: str, kind: str, name: str, given: Json, started_at: float, *, shown: bool
    ) -> Callable[[Frame], None]:
        """The step `key` begins to act; what its effect may emit goes through the answer."""
        step = _Open(kind, name, given, started_at)
        self._open[key] = step
        if shown and self._hub.is_followed(self._run_id):
            self._hub.frame(self._run_id, self._started(key, step))
        return partial(self._emit, key, step)

    def end(self, key: str) -> None:
        self._open.pop(key, None)

    def keys(self) -> list[str]:
        return list(self._open)

    def emit(self, frame: Frame) -> None:
        """A frame of the run as a whole."""
        masked = self._masks.mask_all(frame)
        self._hub.frame(self._run_id, {"run_id": self._run_id, "key": None, **masked})

    def snapshot(self) -> list[Frame]:
        """What somebody who joins now has missed of the open steps."""
        frames: list[Frame] = []
        for key, step in self._open.items():
            frames.append(self._started(key, step))
            text = {"text": step.text("text"), "reasoning": step.text("reasoning")}
            if any(text.values()):
                frames.append(self._frame(key, {"type": "text.snapshot", **text}))
            if output := step.text("output"):
                frames.append(self._frame(key, {"type": "output.delta", "text": output}))
        return frames

    def _emit(self, key: str, step: _Open, given: Frame) -> None:
        step.frames = step.frames or Frames(self._masks)
        frame = step.frames.mask(given)
        if frame is None:
            return
        kind = str(frame.get("type"))
        if kind == "text.snapshot":
            step.texts, step.characters = None, 0
            step.hear("text", str(frame.get("text", "")))
            step.hear("reasoning", str(frame.get("reasoning", "")))
        elif (stream := _STREAMS.get(kind)) is not None:
            step.hear(stream, str(frame.get("text", "")))
        self._hub.frame(self._run_id, self._frame(key, frame))

    def _started(self, key: str, step: _Open) -> Frame:
        return self._frame(
            key,
            {
                "type": "step.started",
                "kind": step.kind,
                "name": step.name,
                "input": self._masks.mask_all(step.input),
                "started_at": step.started_at,
            },
        )

    def _frame(self, key: str, frame: Frame) -> Frame:
        return {"run_id": self._run_id, "key": key, **frame}
