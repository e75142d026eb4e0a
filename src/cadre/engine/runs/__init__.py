"""Runs: crash-proof runs, each an append-only journal driven by plain code over five verbs.

The journal is the run. A driver (`Driver`) is called with an `ActiveRun` and speaks five verbs
(step, wait, sleep, spawn, emit); after a crash it runs again from the top on another worker, and what
the journal holds is not done again.
"""

from cadre.engine.runs.acting import AskOutcome, Effect, StepContext
from cadre.engine.runs.active import ActiveRun, Child
from cadre.engine.runs.errors import (
    BadKey,
    BadPayload,
    ChildFailed,
    JournalUnavailable,
    OutcomeUnknown,
    ReplayDiverged,
    RunConflict,
    RunNotFound,
    StepFailed,
    UnknownKind,
)
from cadre.engine.runs.hosting import Driver
from cadre.engine.runs.jobs import Worker
from cadre.engine.runs.personal import RunsPersonal, cancelling, erase_family, runs_begun_by
from cadre.engine.runs.removal import (
    Family,
    Folders,
    Workplaces,
    family_of,
    of_session,
    starters_of,
)
from cadre.engine.runs.retention import RunsRetained
from cadre.engine.runs.schemas import (
    ENDED,
    ForkChanges,
    Frame,
    Origin,
    Outcome,
    RetentionPolicy,
    Run,
    RunError,
    RunEvent,
    RunSpec,
    RunsSettings,
    RunStatus,
    Safety,
    Signal,
    new_run_id,
)
from cadre.engine.runs.service import Runs

__all__ = [
    "ENDED",
    "ActiveRun",
    "AskOutcome",
    "BadKey",
    "BadPayload",
    "Child",
    "ChildFailed",
    "Driver",
    "Effect",
    "Family",
    "Folders",
    "ForkChanges",
    "Frame",
    "JournalUnavailable",
    "Origin",
    "Outcome",
    "OutcomeUnknown",
    "ReplayDiverged",
    "RetentionPolicy",
    "Run",
    "RunConflict",
    "RunError",
    "RunEvent",
    "RunNotFound",
    "RunSpec",
    "RunStatus",
    "Runs",
    "RunsPersonal",
    "RunsRetained",
    "RunsSettings",
    "Safety",
    "Signal",
    "StepContext",
    "StepFailed",
    "UnknownKind",
    "Worker",
    "Workplaces",
    "cancelling",
    "erase_family",
    "family_of",
    "new_run_id",
    "of_session",
    "runs_begun_by",
    "starters_of",
]
