"""An installation of before accounts goes on: its owner, and whoever is signed in."""

import time

from alembic import command
from sqlalchemy import Connection, text

from cadre.infra.database import Database, migrate
from cadre.infra.database.migrations import config
from cadre.kernel.scope import ALL_ORGS, DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.tokens import csrf_of, digest
from tests.infra.test_migrations import empty

__all__ = ["empty"]

_DOOR = Scope(ALL_ORGS, DEFAULT_PROJECT, "production", Principal("system", "door", "the door"))
_TOKEN = "a-token-of-before"


def before(connection: Connection) -> None:
    """The schema and the rows of an installation of before."""
    command.upgrade(config(connection), "0007")
    now = time.time()
    connection.execute(
        text("insert into orgs(id, name, created_at) values (:org, 'Mine', 1)"),
        {"org": DEFAULT_ORG},
    )
    connection.execute(
        text(
            "insert into users(id, org_id, name, role, created_at)"
            " values ('usr_1', :org, 'Owner', 'owner', 1)"
        ),
        {"org": DEFAULT_ORG},
    )
    connection.execute(
        text(
            "insert into sessions(token_hash, org_id, user_id, created_at, expires_at)"
            " values (:hash, :org, 'usr_1', :now, :end)"
        ),
        {"hash": digest(_TOKEN), "org": DEFAULT_ORG, "now": now, "end": now + 1000},
    )


async def test_whoever_was_signed_in_still_is(empty: Database):
    async with empty.engine.begin() as connection:
        await connection.run_sync(before)

    assert await migrate(empty) == "0007"

    async with empty.begin(_DOOR) as work:
        identity = await Accounts().by_session(work, _TOKEN)
    assert identity is not None
    assert (identity.user.id, identity.csrf) == ("usr_1", csrf_of(_TOKEN))
    assert identity.session is not None
    assert identity.session.expires_at > time.time() + 900

    async with empty.begin(identity.scope) as work:
        assert (await Accounts().ensure_owner(work)).id == "usr_1"
        await Accounts().sign_out(work, identity)
    async with empty.begin(_DOOR) as work:
        assert await Accounts().by_session(work, _TOKEN) is None


async def test_the_way_back_keeps_whoever_is_signed_in(empty: Database):
    async with empty.engine.begin() as connection:
        await connection.run_sync(before)
    await migrate(empty)

    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda c: command.downgrade(config(c), "0007"))
        rows = await connection.run_sync(
            lambda c: c.execute(text("select token_hash, user_id from sessions")).all()
        )

    assert [tuple(row) for row in rows] == [(digest(_TOKEN), "usr_1")]
