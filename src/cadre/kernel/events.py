"""Events: news that a room tells whoever listens, carried by the bus. Facts, in the past tense.

The journal of a run has its own vocabulary (engine/runs); these are for rooms that
must not import each other.
"""

from dataclasses import dataclass

from cadre.kernel.ids import ConversationId, OrgId, RunId


@dataclass(frozen=True, slots=True)
class RunAdvanced:
    """The journal of a run grew: its last sequence number is now `seq`."""

    org: OrgId
    run_id: RunId
    session_id: str | None
    seq: int
    status: str


@dataclass(frozen=True, slots=True)
class ApprovalChanged:
    """An approval was asked for, decided or expired."""

    org: OrgId
    run_id: RunId
    approval_id: str
    status: str


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """A conversation got a message, a file or a new title."""

    org: OrgId
    conversation_id: ConversationId


Event = RunAdvanced | ApprovalChanged | ConversationChanged
