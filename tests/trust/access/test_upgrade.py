"""Whoever was there before roles meant anything keeps what they had."""

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from cadre.infra.database import Database
from cadre.infra.database.migrations import config
from cadre.kernel.scope import Scope
from cadre.trust.access import Access, Subject


async def test_an_owner_of_before_may_do_everything(tmp_path: Path, scope: Scope):
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")

    def upgrade(connection: Connection) -> None:
        command.upgrade(config(connection), "0009")
        for user_id, role in (("usr_1", "owner"), ("usr_2", "viewer")):
            connection.execute(
                text(
                    "insert into users(id, org_id, name, role, created_at) "
                    "values (:id, :org, 'Somebody', :role, 1)"
                ),
                {"id": user_id, "org": scope.org, "role": role},
            )
        command.upgrade(config(connection), "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
    await database.renew()
    access = Access(database)
    owner = await access.grants_of(scope, Subject("user", "usr_1"))
    other = await access.grants_of(scope, Subject("user", "usr_2"))
    await database.close()

    assert owner.allows("org:delete")
    assert other.allows("agents:run")
    assert not other.allows("agents:write")
