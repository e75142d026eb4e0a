"""Whoever was there before roles meant anything keeps what they had."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from cadre.infra.database import Database
from cadre.infra.database.migrations import config
from cadre.kernel.scope import Scope
from cadre.trust.access import Access, Subject
from tests.infra.test_migrations import empty

__all__ = ["empty"]


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


_USER = text(
    "insert into users(id, org_id, name, role, created_at) "
    "values (:id, :org, 'Somebody', 'owner', 1)"
)
_BINDING = text(
    "insert into role_bindings(org_id, id, subject_kind, subject_id, role, project_id, resources, "
    "created_at, created_by) values (:org, :id, 'user', 'usr_1', :role, :project, '[]', :number, "
    "'test')"
)


def _role(connection: Connection, user_id: str) -> str:
    query = text("select role from users where id = :id")
    return connection.execute(query, {"id": user_id}).scalar_one()


@pytest.mark.parametrize(
    ("bound", "role"),
    [([], "user"), (["guest", "admin"], "admin"), (["own-role", "user"], "own-role")],
)
async def test_the_way_back_says_of_each_member_what_bindings_say(
    empty: Database, scope: Scope, bound: list[str], role: str
):
    def there_and_back(connection: Connection) -> None:
        command.upgrade(config(connection), "0018")
        for user_id in ("usr_1", "usr_2"):
            connection.execute(_USER, {"id": user_id, "org": scope.org})
        for number, each in enumerate([*bound, "owner"]):
            project = "prj_1" if each == "owner" else None
            values = {"org": scope.org, "id": f"bnd_{number}", "role": each, "project": project}
            connection.execute(_BINDING, {**values, "number": number})
        command.upgrade(config(connection), "0019")
        command.downgrade(config(connection), "0018")
        assert (_role(connection, "usr_1"), _role(connection, "usr_2")) == (role, "user")

    async with empty.engine.begin() as connection:
        await connection.run_sync(there_and_back)
