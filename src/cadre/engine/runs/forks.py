"""Forks and replays: a new run that begins with the journal of another.

A fork takes the journal up to some event, perhaps with other input or other results, and goes on
from there for real. A replay takes all of it, and nothing new may happen.

Results can be edited in a fork, decisions can't; and what was allowed but not done yet is decided anew.
"""

from collections.abc import Sequence

import orjson

from cadre.engine.runs.birth import Birth
from cadre.engine.runs.errors import RunConflict
from cadre.engine.runs.payloads import Payloads, references_of
from cadre.engine.runs.ports import Entry, EventRow
from cadre.engine.runs.recording import MAIL
from cadre.engine.runs.schemas import ForkChanges, Origin, Run, RunSpec
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object

_VERBS = {"step", "wait", "sleep", "child"}
_CLOSING = {"finished", "failed"}
_TAKEN = {"signal.received", "signals.taken"}
# Kinds of steps that decide about a call: `gate/1.0` and `approval/1.0/verdict` about `tool/1.0`.
_RULING, _EFFECT = "gate", "tool"
_DECISIONS = {_RULING, "approval", "consent"}
# What a result says of how it came about: whoever edits it does not change that.
_FACTS = ("manifest", "tainted", "taints")


async def fork(
    payloads: Payloads,
    scope: Scope,
    *,
    source: Run,
    events: Sequence[EventRow],
    changes: ForkChanges,
    at_seq: int,
) -> Birth:
    """A run like `source` up to event `at_seq`, with `changes`."""
    if not 0 <= at_seq <= source.last_seq:
        raise Invalid(f"The run has events 0 to {source.last_seq}.", field="at_seq")
    kept = _decided(_closed([event for event in events if event.seq <= at_seq]))
    missing = set(changes.outputs) - {event.key for event in kept if _is_result(event)}
    if missing:
        raise Invalid(
            f"No step {min(missing)!r} has ended by event {at_seq}: its output can't be edited.",
            field="outputs",
        )
    spec = await _spec(payloads, source, events)
    spec.definition = spec.definition if changes.definition is None else changes.definition
    spec.input = spec.input if changes.input is None else changes.input
    origin = Origin(type="fork", run_id=source.id, seq=at_seq)
    birth = await Birth.of(payloads, scope, spec, origin=origin)
    for event in kept:
        if event.key in changes.outputs and _is_result(event):
            _take_over(birth, await _edited(payloads, event, changes.outputs[event.key]))
        else:
            _take_over(birth, event)
    return birth


async def replay(
    payloads: Payloads, scope: Scope, *, source: Run, events: Sequence[EventRow]
) -> Birth:
    """A run that asks again for all that `source` has done, and gets it from its journal."""
    if source.ended_at is None:
        raise RunConflict("The run has not ended yet; only an ended run can be replayed.")
    spec = await _spec(payloads, source, events)
    origin = Origin(type="replay", run_id=source.id, seq=source.last_seq)
    birth = await Birth.of(payloads, scope, spec, origin=origin)
    for event in events:
        if not event.type.startswith("run."):
            _take_over(birth, event)
    return birth


async def _spec(payloads: Payloads, source: Run, events: Sequence[EventRow]) -> RunSpec:
    started = await payloads.unpack(events[0].data)
    return RunSpec(
        kind=source.kind,
        agent=source.agent,
        title=source.title,
        definition=started["definition"],
        input=started["input"],
    )


def _closed(events: Sequence[EventRow]) -> list[EventRow]:
    """Without what was still open: a fork begins that anew."""
    ended = {
        (_verb(event), event.key)
        for event in events
        if event.type.partition(".")[2] in _CLOSING or _is_answer(event)
    }
    return [
        event
        for event in events
        if event.type in _TAKEN or (_verb(event) in _VERBS and (_verb(event), event.key) in ended)
    ]


def _decided(events: list[EventRow]) -> list[EventRow]:
    """Without rulings on calls that were still to be made: the rules of now decide about those."""
    kinds = [orjson.loads(event.data).get("kind") for event in events]
    others = (place for place, kind in enumerate(kinds) if kind not in {None, _EFFECT, *_DECISIONS})
    gone_on = max(others, default=-1)
    made = {event.key for event in events if _is_result(event)}
    return [
        event
        for place, (event, kind) in enumerate(zip(events, kinds, strict=True))
        if kind != _RULING or place < gone_on or _call_of(event) in made
    ]


def _call_of(event: EventRow) -> str:
    """The key of the step that a ruling is about."""
    return f"{_EFFECT}/{(event.key or '').partition('/')[2].partition('/')[0]}"


def _verb(event: EventRow) -> str:
    return event.type.partition(".")[0]


def _is_answer(event: EventRow) -> bool:
    return event.type == "step.resolved" and '"did_not_happen"' not in event.data


def _is_result(event: EventRow) -> bool:
    return event.type in ("step.finished", "step.failed") or _is_answer(event)


async def _edited(payloads: Payloads, event: EventRow, output: Json) -> EventRow:
    data = await payloads.unpack(event.data)
    if data.get("kind") in _DECISIONS:
        raise Invalid(
            f"{event.key!r} is a decision: it can't be edited. Fork before it to have it made anew.",
            field="outputs",
        )
    data.pop("error", None)
    data |= {"output": _with_facts(output, data.get("output")), "edited": True}
    if event.type == "step.resolved":
        data["outcome"] = "happened"
    text, _ = await payloads.pack(data)
    is_answer = event.type == "step.resolved"
    return event._replace(type=event.type if is_answer else "step.finished", data=text)


def _with_facts(output: Json, before: Json) -> Json:
    """`output` with what the result in whose place it comes said of how it came about."""
    facts = {name: before[name] for name in _FACTS if name in before} if is_object(before) else {}
    if is_object(output):
        return {name: value for name, value in output.items() if name not in _FACTS} | facts
    return {"text": output, **facts} if facts else output


def _take_over(birth: Birth, event: EventRow) -> None:
    run = birth.run
    run.entries.append(Entry(event.type, event.key, event.data, event.at))
    run.payloads = [*run.payloads, *references_of(event.data)]
    run.mail += event.type in MAIL
    run.steps += event.type in ("step.finished", "step.failed")
