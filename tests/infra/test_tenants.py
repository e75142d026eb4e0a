"""Tenants: no statement reaches another org's rows, whatever it forgets, in any table there is."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from cadre.infra.database import (
    Connection,
    Database,
    Owned,
    Parent,
    UnscopedStatement,
    metadata,
    migrate,
)
from cadre.infra.database.rows_postgres import ROLE
from cadre.infra.database.tenants import OTHER_TABLES, Shared, tenancies, tenancy_of
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.secrets.tables import secrets

SYSTEM = Scope(ALL_ORGS, DEFAULT_PROJECT, "*", Principal("system", "test", "Test"))
# A command that imports no room.
FEW_TABLES = """
import asyncio, sys
from cadre.infra.database import Database, migrate

async def main():
    database = Database(sys.argv[1])
    await migrate(database)
    await database.close()

asyncio.run(main())
"""
TENANTS = sorted(n for n, says in tenancies(metadata).items() if isinstance(says, Owned | Parent))


def undeclared(tables: Iterable[Table]) -> list[str]:
    return [table.name for table in tables if tenancy_of(table) is None]


def unguarded(found: Iterable[tuple[str, bool, int]]) -> list[str]:
    """Of (table, whether row-level security is forced, policies)."""
    says = tenancies(metadata)
    return [
        name
        for name, is_forced, policies in found
        if name not in says or (name in TENANTS and not (is_forced and policies == 1))
    ]


async def tables_of(database: Database) -> list[tuple[str, bool, int]]:
    query = """
    select c.relname, c.relrowsecurity and c.relforcerowsecurity,
     (select count(*) from pg_policy p where p.polrelid = c.oid)
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    """
    async with database.engine.connect() as connection:
        return [(r[0], r[1], r[2]) for r in await connection.execute(text(query))]


def value(column: Column[Any], seed: str) -> Any:
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 1
    if isinstance(kind, Float):
        return 1.0
    return seed.encode() if isinstance(kind, LargeBinary) else f"{column.name} {seed}"


def row_of(name: str, scope: Scope) -> dict[str, Any]:
    """A row of the org of `scope`; ids say whose it is, so that parents can be found."""
    table, says = metadata.tables[name], tenancies(metadata)[name]
    row = {column.name: value(column, scope.org) for column in table.columns}
    if isinstance(says, Parent):
        return row | {says.column: f"{says.key} {scope.org}"}
    assert isinstance(says, Owned)
    return row | {says.column: scope.org}


async def plant(database: Database, name: str, *scopes: Scope) -> None:
    """A row for each of `scopes`, and the rows that it belongs to."""
    says = tenancies(metadata)[name]
    if isinstance(says, Parent):
        await plant(database, says.table, *scopes)
    async with database.engine.begin() as connection:
        await drop_triggers(connection, name)
        for scope in scopes:
            await connection.execute(insert(metadata.tables[name]).values(row_of(name, scope)))


async def drop_triggers(connection: Connection, name: str) -> None:
    """Some rooms refuse rows that make no sense; here it is about whose they are."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f'alter table "{name}" disable trigger user'))
        return
    query = text("select name from sqlite_master where type = 'trigger' and tbl_name = :name")
    for trigger in list((await connection.execute(query, {"name": name})).scalars()):
        await connection.execute(text(f"drop trigger {trigger}"))


def mark_of(name: str) -> Column[Any]:
    """The column that says whose a row is."""
    says = tenancies(metadata)[name]
    assert isinstance(says, Owned | Parent)
    return metadata.tables[name].c[says.column]


async def whole(database: Database, name: str) -> list[Any]:
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(metadata.tables[name]).order_by(mark_of(name)))
        return [tuple(row) for row in rows]


def test_every_table_says_whose_its_rows_are():
    assert undeclared(metadata.tables.values()) == []
    assert all(s.reason for s in tenancies(metadata).values() if isinstance(s, Shared))
    assert {"runs", "run_events", "budget_windows", "orgs", "secrets"} <= set(TENANTS)


def test_a_table_that_says_nothing_is_found():
    planted = Table("planted", MetaData(), Column("id", Text, primary_key=True))

    assert undeclared([planted]) == ["planted"]


def test_parents_are_tables_that_belong_to_orgs():
    for name, says in tenancies(metadata).items():
        if isinstance(says, Parent):
            assert says.table in TENANTS, name
            keys = [column.name for column in metadata.tables[says.table].primary_key]
            assert keys == [says.key], name


async def test_every_table_of_postgresql_is_guarded_or_shared(postgres_database: Database):
    found = await tables_of(postgres_database)

    assert unguarded(found) == []
    assert {name for name, _, _ in found} == {*metadata.tables, *OTHER_TABLES}


async def test_a_table_that_nobody_declared_is_found(postgres_database: Database):
    before = unguarded(await tables_of(postgres_database))
    async with postgres_database.engine.begin() as connection:
        await connection.execute(text("create table planted(id text primary key)"))

    assert {*unguarded(await tables_of(postgres_database))} - {*before} == {"planted"}


async def test_tables_added_later_are_guarded_by_the_next_start(postgres_database: Database):
    async with postgres_database.engine.begin() as connection:
        await connection.execute(text("create table planted(org_id text, id text)"))
        await connection.execute(text("alter table secrets disable row level security"))
        await connection.execute(text("create table strange(org_id text, id text)"))

    await migrate(postgres_database)

    found = {
        name: (is_forced, count) for name, is_forced, count in await tables_of(postgres_database)
    }
    assert found["planted"] == found["strange"] == found["secrets"] == (True, 1)


async def test_a_command_that_knows_few_tables_leaves_the_policies_of_others(
    postgres_database: Database,
):
    before = sorted(await tables_of(postgres_database))

    command = [sys.executable, "-c", FEW_TABLES, postgres_database.url]
    code = await (await asyncio.create_subprocess_exec(*command)).wait()

    assert code == 0
    assert sorted(await tables_of(postgres_database)) == before


@pytest.mark.parametrize("name", TENANTS)
async def test_another_orgs_rows_can_be_neither_read_nor_written(
    database: Database, scope: Scope, other_scope: Scope, name: str
):
    table, mark = metadata.tables[name], mark_of(name)
    await plant(database, name, scope, other_scope)
    before = await whole(database, name)
    own, others = row_of(name, scope)[mark.name], row_of(name, other_scope)[mark.name]

    async with database.read(scope) as work:
        read = list((await work.connection.execute(select(mark))).scalars())
        asked = await work.connection.execute(select(func.count()).where(mark == others))
        told = (await work.connection.execute(text(f'select count(*) from "{name}"'))).scalar()
        assert (read, asked.scalar(), told) == ([own], 0, 1)
    async with database.begin(scope) as work:
        same = {column.name: column for column in table.columns if not column.primary_key}
        same = same or {mark.name: mark}
        changed = await work.connection.execute(update(table).values(same))
        assert changed.rowcount == 1
        taken = update(table).where(mark == others).values({mark.name: own})
        assert (await work.connection.execute(taken)).rowcount == 0
        gone = await work.connection.execute(delete(table).where(mark == others))
        assert gone.rowcount == 0
    assert await whole(database, name) == before
    await refuses(database, scope, insert(table).values(fresh(name, other_scope)))
    await refuses(database, scope, update(table).values({mark.name: others}))
    async with database.begin(scope) as work:
        assert (await work.connection.execute(delete(table))).rowcount == 1
        await work.connection.execute(insert(table).values(row_of(name, scope)))

    assert await whole(database, name) == before


def fresh(name: str, scope: Scope) -> dict[str, Any]:
    """Another row, with a key that is not taken."""
    row, mark = row_of(name, scope), mark_of(name).name
    return {
        key: f"another {old}" if isinstance(old, str) and key != mark else old
        for key, old in row.items()
    }


async def refuses(database: Database, scope: Scope, statement: Any) -> None:
    before = await whole(database, statement.table.name)
    with pytest.raises(DBAPIError, match=r"another org|row-level security"):
        async with database.begin(scope) as work:
            await work.connection.execute(statement)
    assert await whole(database, statement.table.name) == before


async def test_the_system_sees_and_writes_the_rows_of_every_org(
    database: Database, scope: Scope, other_scope: Scope
):
    parentless = [name for name in TENANTS if isinstance(tenancies(metadata)[name], Owned)]
    for name in parentless:
        await plant(database, name, scope, other_scope)

    for name in parentless:
        async with database.begin(SYSTEM) as work:
            found = await work.connection.execute(delete(metadata.tables[name]))
            assert found.rowcount == 2, name
            await work.connection.execute(insert(metadata.tables[name]), row_of(name, scope))


async def test_a_forgotten_condition_leaks_nothing_however_the_rows_are_reached(
    database: Database, scope: Scope, other_scope: Scope
):
    await plant(database, "secrets", scope, other_scope)
    again, of_name = secrets.alias(), select(secrets.c.name)
    shapes = [
        select(secrets.c.name),
        select(again.c.name),
        select(secrets.c.name).join(again, again.c.name != secrets.c.name),
        select(again.c.name).outerjoin(secrets, again.c.org_id != secrets.c.org_id),
        select(of_name.subquery().c.name),
        select(of_name.cte("found").c.name),
        select(func.coalesce(of_name.where(secrets.c.org_id != scope.org).scalar_subquery(), "-")),
        select(literal("x")).where(of_name.where(secrets.c.org_id != scope.org).exists()),
        of_name.union_all(select(again.c.name)),
        text("select name from secrets"),
        text("select s.name from secrets as s, secrets as t"),
        text("with found as (select * from secrets) select name from found"),
    ]

    async with database.begin(scope) as work:
        written = [[r[0] for r in await work.connection.execute(shape)] for shape in shapes]
    async with database.read(scope) as work:
        read = [[r[0] for r in await work.connection.execute(shape, {})] for shape in shapes]

    assert read == written
    mine = row_of("secrets", scope)["name"]
    assert {found for shape in read for found in shape} == {mine, "-"}


async def test_what_collides_with_another_orgs_row_does_not_change_it(
    database: Database, scope: Scope, other_scope: Scope
):
    """The key of a run is not the org's: whoever knows one could write over it."""
    await plant(database, "runs", other_scope)
    table, before = metadata.tables["runs"], await whole(database, "runs")
    stolen = row_of("runs", other_scope) | {"org_id": scope.org, "title": "mine now"}
    own = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
    upsert = own(table).values(stolen)
    upsert = upsert.on_conflict_do_update(
        index_elements=["id"], set_={"title": "mine now", "org_id": scope.org}
    )

    try:
        async with database.begin(scope) as work:
            await work.connection.execute(upsert)
    except DBAPIError as error:
        assert database.dialect == "postgresql"  # SQLite passes over the row instead
        assert "row-level security" in str(error)  # noqa: PT017

    assert await whole(database, "runs") == before


async def test_rows_written_from_a_select_must_be_the_orgs(
    database: Database, scope: Scope, other_scope: Scope
):
    await plant(database, "secrets", scope, other_scope)
    columns = ["org_id", "name", "sealed", "updated_at"]
    source = select(literal(other_scope.org), literal("new"), secrets.c.sealed, literal(1.0))

    await refuses(database, scope, insert(secrets).from_select(columns, source))

    async with database.begin(scope) as work:
        copied = text(
            "insert into secrets(org_id, name, sealed, updated_at) "
            "select :org, 'copy of ' || name, sealed, 1.0 from secrets"
        )
        await work.connection.execute(copied, {"org": scope.org})
        await work.connection.execute(text("update secrets set updated_at = 2.0"))
        await work.connection.execute(text("delete from secrets where name not like 'copy%'"))
    assert [(row[0], row[1]) for row in await whole(database, "secrets")] == [
        (scope.org, f"copy of name {scope.org}"),
        (other_scope.org, f"name {other_scope.org}"),
    ]


async def test_several_rows_at_once_are_refused_if_one_is_anothers(
    database: Database, scope: Scope, other_scope: Scope
):
    rows = [row_of("secrets", scope), row_of("secrets", other_scope)]

    with pytest.raises(DBAPIError, match=r"another org|row-level security"):
        async with database.begin(scope) as work:
            await work.connection.execute(insert(secrets), rows)

    assert await whole(database, "secrets") == []


async def test_connections_forget_for_whom_they_worked(
    database: Database, scope: Scope, other_scope: Scope
):
    await plant(database, "secrets", scope, other_scope)
    query = select(secrets.c.org_id).order_by(secrets.c.org_id)

    for each in (scope, SYSTEM, other_scope, scope):
        async with database.read(each) as work:
            read = list((await work.connection.execute(query, {})).scalars())
        async with database.begin(each) as work:
            written = list((await work.connection.execute(query)).scalars())
        expected = [scope.org, other_scope.org] if each is SYSTEM else [each.org]
        assert read == written == expected


async def test_an_org_without_a_name_sees_nothing(database: Database, scope: Scope):
    await plant(database, "secrets", scope)
    nobody = Scope(type(scope.org)(""), scope.project, scope.environment, scope.principal)

    async with database.read(nobody) as work:
        assert (await work.connection.execute(select(secrets))).all() == []


async def test_an_org_cant_break_out_of_the_setting(postgres_database: Database, scope: Scope):
    await plant(postgres_database, "secrets", scope)
    for name in (f"x'; SET cadre.org = '{ALL_ORGS}", "it's", '"'):
        crafted = Scope(type(scope.org)(name), scope.project, "dev", scope.principal)
        async with postgres_database.read(crafted) as work:
            assert (await work.connection.execute(select(secrets))).all() == []
    backslash = Scope(type(scope.org)("\\"), scope.project, "dev", scope.principal)
    with pytest.raises(UnscopedStatement):
        async with postgres_database.read(backslash) as work:
            await work.connection.execute(select(secrets))


async def test_statements_that_name_the_tables_beneath_are_refused(
    sqlite_database: Database, scope: Scope
):
    assert await sqlite_database.unguarded() is None
    for statement in (
        "select * from main.secrets",
        'delete from "main" . secrets',
        "drop view secrets",
        "drop trigger cadre_insert_secrets",
        "attach 'other.db' as other",
    ):
        with pytest.raises(UnscopedStatement):
            async with sqlite_database.begin(scope) as work:
                await work.connection.execute(text(statement))


async def test_a_connection_that_says_no_org_sees_nothing(
    postgres_database: Database, scope: Scope
):
    await plant(postgres_database, "secrets", scope)
    await plant(postgres_database, "run_events", scope)
    connection = await asyncpg.connect(postgres_database.url)
    await connection.execute(f"set role {ROLE}")

    for name in ("secrets", "runs", "run_events"):
        assert await connection.fetch(f"select * from {name}") == []
        assert await connection.execute(f"delete from {name}") == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("insert into secrets values ('org_acme', 'x', '', 1)")
    await connection.close()


async def test_policies_leave_the_choice_of_indexes_to_the_statement(
    postgres_database: Database, scope: Scope
):
    """A page is read off its index, and events don't make it read all runs, in a large org too."""
    columns = metadata.tables["runs"].columns
    names = [c.name for c in columns if c.server_default is None and not c.nullable]
    row = row_of("runs", scope) | {"org_id": "", "id": ""}
    values = ["i::text" if n == "id" else f"'{row[n]}'" for n in names]
    values[names.index("org_id")] = (
        f"case when i % 10 = 0 then '{scope.org}' else 'o' || i % 300 end"
    )
    values[names.index("created_at")] = "i"
    async with postgres_database.engine.begin() as connection:
        await connection.execute(
            text(
                f"insert into runs({', '.join(names)}) "
                f"select {', '.join(values)} from generate_series(1, 20000) i"
            )
        )
        await connection.execute(
            text(
                "insert into run_events(run_id, seq, at, type, data) "
                "select (i % 30)::text, i / 30, 1, 't', '' from generate_series(1, 6000) i"
            )
        )
        for table in ("runs", "run_events"):
            await connection.execute(text(f"analyze {table}"))

    page = f"select id from runs where org_id = '{scope.org}' order by created_at desc, id desc"
    events = "select * from run_events where run_id = '10' and seq > 0 order by seq limit 200"
    async with postgres_database.read(scope) as work:
        plans = [
            "\n".join((await work.connection.execute(text(f"explain {query}"))).scalars())
            for query in (f"{page} limit 51", events)
        ]

    assert "using runs_listing" in plans[0]
    assert "Sort" not in plans[0]
    assert "hashed" not in plans[1]
    assert "using runs_pkey" in plans[1]


async def test_a_plain_connection_works_for_the_org_that_it_was_made_for(
    postgres_database: Database, scope: Scope, other_scope: Scope
):
    await plant(postgres_database, "secrets", scope, other_scope)

    for org, count in ((ALL_ORGS, 2), (scope.org, 1)):
        connection = await postgres_database.postgres_connection(org)
        assert await connection.fetchval("select count(*) from secrets") == count
        async with connection.transaction():
            assert await connection.fetchval("select count(*) from secrets") == count
        await connection.close()


@pytest.fixture
async def plain_login(postgres_cluster: str) -> AsyncIterator[Database]:
    """A database whose login is neither superuser nor above policies."""
    name = f"plain_{uuid4().hex}"
    administrator = await asyncpg.connect(postgres_cluster)
    await administrator.execute(f"create role {name} login")
    await administrator.execute(f"create database {name} owner {name}")
    url = postgres_cluster.replace("/postgres?", f"/{name}?").replace("postgres:", f"{name}:", 1)
    database = Database(
        url.replace("//postgres@", f"//{name}@").replace(f"//{name}:", f"//{name}:")
    )
    yield database
    await database.close()
    await administrator.execute(f"drop database {name} with (force)")
    await administrator.execute(f"drop role {name}")
    await administrator.close()


async def test_a_login_without_privileges_is_bound_although_it_owns_the_tables(
    plain_login: Database, scope: Scope, other_scope: Scope
):
    await migrate(plain_login)
    await migrate(plain_login)
    await plant(plain_login, "run_events", scope, other_scope)

    async with plain_login.read(scope) as work:
        runs = await work.connection.execute(select(metadata.tables["run_events"].c.run_id))
        assert list(runs.scalars()) == [f"id {scope.org}"]
        who = (await work.connection.execute(text("select current_user = session_user"))).scalar()
    assert who is True
    assert await plain_login.unguarded() is None


async def test_a_login_above_policies_works_as_a_role_that_is_below(
    postgres_database: Database, scope: Scope
):
    async with postgres_database.begin(scope) as work:
        assert (await work.connection.execute(text("select current_user"))).scalar() == ROLE

    assert await postgres_database.unguarded() is None


async def test_a_login_above_policies_that_has_no_such_role_says_so(
    postgres_database: Database, scope: Scope
):
    async with postgres_database.engine.begin() as connection:
        await connection.execute(text(f"revoke all on all tables in schema public from {ROLE}"))

    assert "superuser" in (await postgres_database.unguarded() or "")
    await migrate(postgres_database)
    assert await postgres_database.unguarded() is None
