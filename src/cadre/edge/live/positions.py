"""Positions: where in a stream a client left off."""

import re
from dataclasses import dataclass

from cadre.kernel.errors import Invalid
from cadre.kernel.ids import RunId

_CONVERSATION = re.compile(r"([A-Za-z0-9_-]{1,100}):(-?\d{1,9})")
_RUN = re.compile(r"-?\d{1,9}")


class BadPosition(Invalid):
    """The position is not one that this stream gives out."""

    code = "bad_position"


@dataclass(frozen=True, slots=True)
class Position:
    """After event `seq` of `run_id`, and after all of the session's runs before that one."""

    run_id: RunId
    seq: int

    def __str__(self) -> str:
        return f"{self.run_id}:{self.seq}"


def run_position(said: str | None) -> int:
    """The sequence number after which a run's stream goes on; -1 is from the start."""
    if said is None or not said:
        return -1
    if not _RUN.fullmatch(said):
        raise BadPosition("Send the last event's id, a whole number.", field="after")
    return int(said)


def conversation_position(said: str | None) -> Position | None:
    """The position after which a conversation's stream goes on; None is from the start."""
    if said is None or not said:
        return None
    match = _CONVERSATION.fullmatch(said)
    if match is None:
        raise BadPosition("Send the last event's id, `<run id>:<number>`.", field="after")
    return Position(RunId(match[1]), int(match[2]))
