"""Write the next numbered migration from the difference between the tables and the last one.

Usage: python scripts/new_migration.py "what it does"
"""

import asyncio
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

import cadre
from cadre.infra.database import Database
from cadre.infra.database.migrations import SCRIPTS, config, migrate


async def main(message: str) -> None:
    for module in pkgutil.walk_packages(cadre.__path__, "cadre."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        numbers = [int(p.name.split("_")[0]) for p in (SCRIPTS / "versions").glob("[0-9]*.py")]
        if numbers:
            await migrate(database)
        number = f"{max(numbers, default=0) + 1:04}"

        def write(connection: Connection) -> None:
            settings = config(connection)
            settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(settings, message=message, autogenerate=True, rev_id=number)

        async with database.engine.begin() as connection:
            await connection.run_sync(write)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or sys.exit(__doc__)))
