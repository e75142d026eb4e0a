"""Earlier turns: what was said in the runs before this one, as far as the context may hold it.

An ended run's journal never changes, so its transcript is read once and kept while there is room.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from cadre.engine.agents.transcript import is_tainted, read_transcript
from cadre.engine.agents.window import total_tokens
from cadre.engine.runs import RunEvent, Runs
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json, Message
from cadre.kernel.scope import Scope

_MOST_TURNS = 1000
_READ_AT_ONCE = 10
_MOST_TOKENS_KEPT = 1_000_000


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in one run."""

    messages: list[Message]
    tokens: int
    is_tainted: bool


@dataclass(slots=True)
class EarlierTurns:
    """`left_out` is how many turns there was no room for."""

    messages: list[Message] = field(default_factory=list[Message])
    left_out: int = 0
    is_tainted: bool = False


class Transcripts:
    """Reads transcripts of ended runs, and keeps those that were used last."""

    def __init__(self, runs: Runs, most_tokens: int = _MOST_TOKENS_KEPT) -> None:
        self._runs = runs
        self._kept: OrderedDict[RunId, Transcript] = OrderedDict()
        self._tokens = 0
        self._most_tokens = most_tokens

    async def before(self, scope: Scope, run_id: RunId, max_tokens: int) -> EarlierTurns:
        """The newest turns of the session before `run_id` that fit into `max_tokens`."""
        ids = await self._runs.before(scope, run_id, limit=_MOST_TURNS)
        taken: list[Transcript] = []
        room = max_tokens
        async for transcript in self._newest_first(scope, ids):
            room -= transcript.tokens
            if room < 0:
                break
            taken.append(transcript)
        return EarlierTurns(
            messages=[message for one in reversed(taken) for message in one.messages],
            left_out=len(ids) - len(taken),
            is_tainted=any(one.is_tainted for one in taken),
        )

    async def _newest_first(self, scope: Scope, ids: Sequence[RunId]) -> AsyncIterator[Transcript]:
        for place, run_id in enumerate(ids):
            transcript = self._kept.get(run_id)
            if transcript is None:
                some = [i for i in ids[place : place + _READ_AT_ONCE] if i not in self._kept]
                read = await self._read(scope, some)
                transcript = read[run_id]
            else:
                self._kept.move_to_end(run_id)
            yield transcript

    async def _read(self, scope: Scope, ids: Sequence[RunId]) -> dict[RunId, Transcript]:
        events = await self._runs.outcomes(scope, ids)
        by_run = {run_id: list(some) for run_id, some in groupby(events, lambda e: e.run_id)}
        read = {run_id: _transcript(by_run.get(run_id, [])) for run_id in ids}
        for run_id, transcript in reversed(read.items()):
            self._keep(run_id, transcript)
        return read

    def _keep(self, run_id: RunId, transcript: Transcript) -> None:
        self._kept[run_id] = transcript
        self._tokens += transcript.tokens
        while self._tokens > self._most_tokens and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._tokens -= dropped.tokens


def _transcript(events: Sequence[RunEvent]) -> Transcript:
    given: Json = None
    if events and events[0].type == "run.started":
        given = events[0].data.get("input")
    messages = read_transcript(events, given)
    return Transcript(messages, total_tokens(messages), is_tainted(events))
