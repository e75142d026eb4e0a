"""Verdict: the one error that a caller is told when nobody answered.

What the caller can mend comes first, then what passes by itself, then what an admin has to
mend; the sentence says who was asked and how each of them failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cadre.engine.models.calling.faults import fault_of, retry_after_seconds
from cadre.engine.models.calling.targets import Target
from cadre.engine.models.errors import ContextTooLong, ModelLimited, ModelUnavailable
from cadre.kernel.errors import CadreError, Invalid


@dataclass(frozen=True, slots=True)
class Failure:
    """`was_asked` is False where the circuit was open and nothing was sent."""

    target: Target
    error: CadreError
    was_asked: bool = True


def verdict(failures: Sequence[Failure]) -> CadreError:
    """The most useful of the errors; `retry_after_seconds` is the soonest of them all."""
    if not failures:
        return ModelUnavailable("No model is left to ask. Add one, or change the route.")
    last = {failure.target: failure for failure in failures}  # a target's last word
    errors = [failure.error for failure in last.values()]
    chosen = min(errors, key=_rank)
    passing = [error for error in errors if fault_of(error).may_pass]
    if len(errors) == 1 or chosen not in passing:
        return _told(chosen, failures)
    kind = ModelLimited if all(isinstance(e, ModelLimited) for e in passing) else ModelUnavailable
    waits = [wait for error in passing if (wait := retry_after_seconds(error))]
    soonest = min(waits) if waits else None
    return _told(kind(chosen.detail, retry_after_seconds=soonest), failures)


def _rank(error: CadreError) -> int:
    if isinstance(error, ContextTooLong):
        return 0
    if isinstance(error, Invalid):
        return 1
    return 2 if fault_of(error).may_pass else 3


def _told(error: CadreError, failures: Sequence[Failure]) -> CadreError:
    """With a list of who was tried, unless it was one attempt at one target."""
    if len(failures) > 1:
        error.detail = f"{error.detail.rstrip('. ')}. Tried: {_tried(failures)}."
        error.args = (error.detail,)
    return error


def _tried(failures: Sequence[Failure]) -> str:
    """`a:x (model_limited, 3 times), b:y (model_unavailable)`."""
    counts: dict[tuple[str, str], int] = {}
    for failure in failures:
        code = failure.error.code if failure.was_asked else "not asked, circuit open"
        key = (failure.target.name, code)
        counts[key] = counts.get(key, 0) + 1
    return ", ".join(
        f"{name} ({code}{f', {count} times' if count > 1 else ''})"
        for (name, code), count in counts.items()
    )
