"""Replaying: what a replay may not do, and whether it came to the same end.

Nothing new happens in a replay. A verb that the recording does not hold is a divergence, unless
the recording was cut there (the run was cancelled, or its deadline passed).
"""

import orjson

from cadre.engine.runs.ending import Ending
from cadre.engine.runs.payloads import Payloads
from cadre.engine.runs.ports import EventRow
from cadre.engine.runs.recording import Data, Recording
from cadre.kernel.messages import Json


class Replay:
    """Judges a replay against how the recorded run ended."""

    def __init__(self, recording: Recording, end: EventRow, end_data: Data) -> None:
        self._unused = list(recording.steps)
        self._status = end.type.removeprefix("run.")
        self._end_data = end_data
        error: Data = end_data.get("error") or {}
        self._was_cut = self._status == "cancelled" or error.get("code") == "deadline_passed"
        if self._status == "finished":
            self._status = "done"

    @classmethod
    async def of(cls, recording: Recording, source: list[EventRow], payloads: Payloads) -> "Replay":
        return cls(recording, source[-1], await payloads.unpack(source[-1].data))

    def used(self, key: str, recorded: Data, asked: Data) -> Ending | None:
        """The driver asked for the recorded step `key`; an Ending if it asked for another one."""
        if key in self._unused:
            self._unused.remove(key)
        for part in ("kind", "name", "input"):
            if part in recorded and _text(recorded[part]) != _text(asked.get(part)):
                return _diverged(f"Step {key!r} has another {part} than in the recording.")
        return None

    def beyond(self, verb: str, key: str) -> Ending:
        """The driver asked for something new."""
        if self._was_cut:
            return self._same_end()
        return _diverged(f"The {verb} {key!r} is not in the recording.")

    def verdict(self, ending: Ending) -> Ending:
        """How the replay ends, given how its driver ended."""
        if self._unused:
            return _diverged(f"Step {self._unused[0]!r} of the recording was never asked for.")
        if ending.status != self._status:
            return _diverged(
                f"The run ended as {ending.status}, the recorded one as {self._status}."
            )
        if ending.status == "done" and _text(ending.output) != _text(self._end_data.get("output")):
            return _diverged("The output is another one than in the recording.")
        return ending

    def _same_end(self) -> Ending:
        error, reason = self._end_data.get("error"), self._end_data.get("reason") or ""
        return Ending(self._status, error=error, reason=reason)


def _diverged(detail: str) -> Ending:
    return Ending.failed("replay_diverged", detail)


def _text(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
