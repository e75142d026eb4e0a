"""Audit: who did what, and what was refused, in a chain per org that can't be changed unseen.

`AuditLog.write` is durable when it returns. The database refuses to change what was written;
`Audit.verify` finds what was changed past it.
"""

from cadre.trust.audit.chain import GENESIS, hash_of
from cadre.trust.audit.entry import AuditEntry, Result
from cadre.trust.audit.errors import AuditUnwritable
from cadre.trust.audit.log import AuditLog
from cadre.trust.audit.personal import PERSONAL, borne_by_others, names_of
from cadre.trust.audit.retention import AuditRetained
from cadre.trust.audit.schemas import AuditEvent, AuditFilter, Verification
from cadre.trust.audit.seal import Seal, load_seal
from cadre.trust.audit.service import Audit

__all__ = [
    "GENESIS",
    "PERSONAL",
    "Audit",
    "AuditEntry",
    "AuditEvent",
    "AuditFilter",
    "AuditLog",
    "AuditRetained",
    "AuditUnwritable",
    "Result",
    "Seal",
    "Verification",
    "borne_by_others",
    "hash_of",
    "load_seal",
    "names_of",
]
