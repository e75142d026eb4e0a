"""Faults: what a failed attempt says about its target, and who may be asked next."""

from dataclasses import dataclass

from cadre.engine.models.errors import ContextTooLong, FeatureMissing, ModelOutOfCredit
from cadre.kernel.errors import CadreError, Invalid, LimitReached, Unavailable


@dataclass(frozen=True, slots=True)
class Fault:
    """`is_targets`: it speaks of the target, not of the request. `may_pass`: waiting helps.

    `elsewhere`: who may be asked instead.
    """

    is_targets: bool
    may_pass: bool
    elsewhere: bool


_PASSING = Fault(is_targets=True, may_pass=True, elsewhere=True)
_LASTING = Fault(is_targets=True, may_pass=False, elsewhere=True)
_TOO_MUCH = Fault(is_targets=False, may_pass=False, elsewhere=True)
_CALLERS = Fault(is_targets=False, may_pass=False, elsewhere=False)


def fault_of(error: CadreError) -> Fault:
    """A refused key or an unknown model is its target's fault; a bad request is the caller's."""
    if isinstance(error, ContextTooLong | FeatureMissing):
        return _TOO_MUCH
    if isinstance(error, Invalid):
        return _CALLERS
    is_passing = isinstance(error, Unavailable | LimitReached)
    return _PASSING if is_passing and not isinstance(error, ModelOutOfCredit) else _LASTING


def retry_after_seconds(error: CadreError) -> float:
    """How long the provider asked to be left alone; 0 if it did not."""
    return getattr(error, "retry_after_seconds", None) or 0.0
