"""Ending: the last append of a run. It also tells the parent, ends the children, and gives
the session's turn to the next run, all in that one append.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from cadre.engine.runs.pen import Pen
from cadre.engine.runs.ports import Claim, Entry, Turn
from cadre.engine.runs.recording import Data
from cadre.engine.runs.waiting import CHILD
from cadre.kernel.messages import Json

_INTERRUPTED = "The run was ended while it was acting."


@dataclass(slots=True)
class Ending:
    """How a run ends. `abandoned` are steps that went on after they were told to stop."""

    status: str
    output: Json = None
    error: Data | None = None
    reason: str = ""
    by: str = ""
    abandoned: list[str] = field(default_factory=list[str])

    @classmethod
    def by_request(cls, cancel: str) -> "Ending":
        asked = orjson.loads(cancel)
        return cls("cancelled", reason=asked["reason"], by=asked["by"])

    @classmethod
    def by_deadline(cls) -> "Ending":
        detail = "The run did not end before its deadline."
        return cls("failed", error={"code": "deadline_passed", "detail": detail})

    @classmethod
    def failed(cls, code: str, detail: str) -> "Ending":
        return cls("failed", error={"code": code, "detail": detail})

    async def write(
        self, pen: Pen, claim: Claim, open_unsafe: dict[str, Data], *, has_children: bool
    ) -> None:
        """Append it; steps that were acting on the world are written down as unknown."""
        entries = [await _unknown(pen, key, step) for key, step in open_unsafe.items()]
        last, blobs = await self._last(pen)
        error = None if self.error is None else pen.text(self.error)
        turn = Turn(self.status, error=error, has_children=has_children)
        if claim.parent_id is not None:
            tell, more = await pen.pack("child.finished", None, self._told(claim.id))
            turn.tell, turn.tell_name = tell.data, f"{CHILD}{claim.parent_key}"
            blobs = [*blobs, *more]
        await pen.write([*entries, last], turn=turn, payloads=blobs)

    async def _last(self, pen: Pen) -> tuple[Entry, Sequence[str]]:
        if self.status == "done":
            return await pen.pack("run.finished", None, {"output": self.output})
        data: Data = {"error": self.error} if self.error else {"reason": self.reason}
        if self.abandoned:
            data["abandoned"] = self.abandoned
        return await pen.pack(f"run.{self.status}", None, data)

    def _told(self, run_id: str) -> Data:
        told: Data = {"run_id": run_id, "status": self.status}
        if self.status == "done":
            told["output"] = self.output
        else:
            cancelled = {"code": "child_cancelled", "detail": self.reason or "It was cancelled."}
            told["error"] = self.error or cancelled
        return told


async def _unknown(pen: Pen, key: str, step: Data) -> Entry:
    data: Data = {"kind": step.get("kind"), "name": step.get("name"), "reason": _INTERRUPTED}
    entry, _ = await pen.pack("step.unknown", key, data)
    return entry
