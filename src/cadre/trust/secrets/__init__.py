"""Secrets: values that must not be readable in the database, a backup of it or a log.

A value is sealed with AES-256-GCM under a data key of its org, bound to its org, name and version,
so that a row moved elsewhere does not open. Data keys are wrapped by the master key of this
installation. What was opened is masked in whatever leaves this process.
"""

from cadre.trust.secrets.jobs import VaultJobs
from cadre.trust.secrets.keyring import Keyring
from cadre.trust.secrets.learning import Learning
from cadre.trust.secrets.leases import Lease, Leases
from cadre.trust.secrets.masks import Frames, Masks
from cadre.trust.secrets.master_key import load_master_key, read_new_key
from cadre.trust.secrets.master_move import MasterMove, Moved
from cadre.trust.secrets.personal import PERSONAL
from cadre.trust.secrets.redaction import Redactor
from cadre.trust.secrets.rotation import KeyRotations
from cadre.trust.secrets.service import Secrets
from cadre.trust.secrets.vault import Vault

# Worth nothing without the master key of this installation.
SEALED_TABLES = frozenset({"secrets", "secret_versions", "secret_data_keys", "secret_leases"})

__all__ = [
    "PERSONAL",
    "SEALED_TABLES",
    "Frames",
    "KeyRotations",
    "Keyring",
    "Learning",
    "Lease",
    "Leases",
    "Masks",
    "MasterMove",
    "Moved",
    "Redactor",
    "Secrets",
    "Vault",
    "VaultJobs",
    "load_master_key",
    "read_new_key",
]
