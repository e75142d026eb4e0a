"""What can go wrong with the audit log."""

from cadre.kernel.errors import Invalid, Unavailable


class AuditUnwritable(Unavailable):
    """Neither the database nor the spool takes an event, so nothing that needs one is done."""

    code = "audit_unwritable"


class SealUnusable(Invalid):
    """The key of the seal is there, but can't be trusted or is not a key."""

    code = "seal_unusable"


class NotACheckpoint(Invalid):
    """The log can't be cut there."""

    code = "not_a_checkpoint"
