"""An installation of before has one org, which becomes the home org and goes on working."""

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from cadre.infra.database import Database, migrate
from cadre.infra.database.migrations import config
from cadre.trust.orgs import Tenants
from tests.trust.orgs.conftest import HOME, Installation


async def test_the_org_of_before_is_home(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'cadre.db'}")

    def before(connection: Connection) -> None:
        command.upgrade(config(connection), "0008")

    async with database.engine.begin() as connection:
        await connection.run_sync(before)
        for org in ("org_default", "org_old_one"):
            await connection.execute(
                text("insert into orgs (id, name, created_at) values (:org, 'Old', 1.0)"),
                {"org": org},
            )

    await migrate(database)

    installation = Installation(database, tmp_path, b"1" * 32)
    async with database.read(HOME) as work:
        home = await installation.orgs.own(work)
    assert (home.slug, home.name, home.status, home.registration) == (
        "home",
        "Old",
        "active",
        "invite",
    )
    old = await Tenants(database).of("old-one.localhost")
    assert old is not None
    assert old.org == "org_old_one"
    await database.close()
