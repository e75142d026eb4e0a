"""Database: one of SQLite or PostgreSQL, and units of work on it.

A unit of work carries its scope, so that a store can't be built without knowing for whom
it reads.
"""

from cadre.infra.database.connection import Connection
from cadre.infra.database.database import Database, Work
from cadre.infra.database.migrations import SchemaTooNew, migrate
from cadre.infra.database.tables import metadata

__all__ = ["Connection", "Database", "SchemaTooNew", "Work", "metadata", "migrate"]
