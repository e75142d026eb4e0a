"""What can be wrong with a decision."""

from cadre.kernel.errors import Conflict, NotFound


class ApprovalNotFound(NotFound):
    """No approval of this org has that id."""

    code = "approval_not_found"


class ApprovalMismatch(Conflict):
    """The decision speaks of another call than the one that is asked about."""

    code = "approval_mismatch"
    title = "That is another call"


class ApprovalDecided(Conflict):
    """Somebody decided otherwise before."""

    code = "approval_decided"
    title = "Already decided"


class ApprovalExpired(Conflict):
    """Nobody decided in time; the run has gone on without the call."""

    code = "approval_expired"
    title = "Too late"
