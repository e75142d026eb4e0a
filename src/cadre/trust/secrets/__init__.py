"""Secrets: values that must not be readable in the database, a backup of it or a log.

A value is encrypted with AES-256-GCM under the master key of this installation and bound to
its org and name, so that a row moved elsewhere does not open.
"""

from cadre.trust.secrets.master_key import load_master_key
from cadre.trust.secrets.service import Secrets

__all__ = ["Secrets", "load_master_key"]
