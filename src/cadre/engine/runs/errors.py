"""What can be wrong with a run, or go wrong inside one."""

from cadre.kernel.errors import CadreError, Conflict, Invalid, NotFound, Unavailable


class RunNotFound(NotFound):
    """No run of this org has that id."""

    code = "run_not_found"


class RunConflict(Conflict):
    """The run is not in a state in which that can be done."""

    code = "run_conflict"


class BadKey(Invalid):
    """A key of a step, wait or signal that the journal can't hold, or that was used twice."""

    code = "bad_key"


class BadPayload(Invalid):
    """An input or output that is not JSON."""

    code = "bad_payload"


class UnknownKind(Invalid):
    """No driver is installed for this kind of run."""

    code = "unknown_run_kind"


class JournalUnavailable(Unavailable):
    """The database did not take the append; whether it holds it is learned on recovery."""

    code = "journal_unavailable"


class StepFailed(CadreError):
    """The effect of a step failed; raised at once and again on every recovery."""

    code = "step_failed"

    def __init__(self, code: str, detail: str, *, key: str = "") -> None:
        super().__init__(detail)
        self.__dict__["code"] = code  # the journaled one, not this class's
        self.key = key


class ChildFailed(StepFailed):
    """A child run ended without a result."""


class ReplayDiverged(CadreError):
    """The driver asked for something that the recording does not hold."""

    code = "replay_diverged"


class LeaseLost(Exception):
    """The fence moved on: another worker has the run, or it has ended. Nothing was written."""


class OutcomeUnknown(Exception):
    """Raised by `ask_outcome` when the tool can't tell either."""
