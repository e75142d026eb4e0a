"""Database: one of SQLite or PostgreSQL, and units of work on it.

A unit of work carries its scope, so that a store can't be built without knowing for whom
it reads; and the database shows it the rows of that scope's org only (see `tenants`).
"""

from cadre.infra.database.connection import Connection
from cadre.infra.database.database import Database, Work
from cadre.infra.database.migrations import SchemaTooNew, migrate
from cadre.infra.database.tables import metadata
from cadre.infra.database.tenants import Owned, Parent, UnscopedStatement

__all__ = [
    "Connection",
    "Database",
    "Owned",
    "Parent",
    "SchemaTooNew",
    "UnscopedStatement",
    "Work",
    "metadata",
    "migrate",
]
