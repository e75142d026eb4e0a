"""Migrations: one line of numbered steps that brings either database to the present schema.

Alembic is imported only when there is something to do: an ordinary start just compares
two numbers.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from cadre.infra.database.database import Database
from cadre.infra.database.rows_postgres import secure_tables
from cadre.kernel.errors import Conflict

# Beside the package in a wheel, at the top of a clone otherwise.
_PACKAGED = Path(__file__).parents[2] / "migrations"
SCRIPTS = _PACKAGED if _PACKAGED.exists() else Path(__file__).parents[4] / "migrations"
_LOCK = 0x0CAD0E  # any number that only cadre's migrations use


class SchemaTooNew(Conflict):
    """The database was already upgraded by a later version of cadre."""

    code = "schema_too_new"


def head() -> str:
    """The number of the newest migration, e.g. "0001"."""
    return max(path.name.split("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


async def migrate(database: Database) -> str | None:
    """Bring `database` to the present schema; return the number it came from, None if new.

    Several processes may start together: they do it one after the other. Tables that rooms have
    added since get their policies too.
    """
    async with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        before = await connection.run_sync(_version)
        if before is not None and before > head():
            raise SchemaTooNew(
                f"The database has schema {before}, this version of cadre knows {head()}. "
                "Start the newer version again, or restore a backup from before the upgrade."
            )
        if before != head():
            await connection.run_sync(_upgrade)
        if database.dialect == "postgresql":
            await connection.run_sync(secure_tables)
    await database.renew()
    return before


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(config(connection), "head")


def config(connection: Connection) -> Any:
    """Alembic's configuration for work on an open connection."""
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(SCRIPTS))
    return settings
