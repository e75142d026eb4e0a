"""Rows on PostgreSQL: row-level security on every tenant table, and the role that it binds.

A policy compares a row's org with the setting `cadre.org` of the transaction; where it is not
set, nothing is visible. Superusers are above policies, so cadre works as `cadre_app` then.
"""

from hashlib import sha256

from sqlalchemy import Connection, text

from cadre.infra.database.tables import metadata
from cadre.infra.database.tenants import OTHER_TABLES, Guarded, Owned, Shared
from cadre.kernel.scope import ALL_ORGS

ROLE = "cadre_app"
SETTING = "cadre.org"
_POLICY = "cadre_tenants_"
_ORG = f"current_setting('{SETTING}', true)"

_COLUMNS = text("""
select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
 and a.attnum > 0 and not a.attisdropped
""")
_GUARDED = text("""
select c.relname, coalesce(p.polname, ''), c.relrowsecurity and c.relforcerowsecurity
from pg_class c left join pg_policy p on p.polrelid = c.oid and starts_with(p.polname, :prefix)
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
""")
_MAKE_ROLE = text(f"""
do $$ begin
 if not exists (select from pg_roles where rolname = '{ROLE}') then
  create role {ROLE} nologin;
 end if;
 if not pg_has_role(current_user, '{ROLE}', 'member') then
  execute format('grant {ROLE} to %I', current_user);
 end if;
exception when duplicate_object or unique_violation or insufficient_privilege then null;
end $$
""")
_NEEDS_ROLE = text("""
select rolsuper or rolbypassrls from pg_roles where rolname = current_user
""")
_HAS_ROLE = text(f"select exists (select from pg_roles where rolname = '{ROLE}')")  # noqa: S608
_UNGRANTED = text(f"""
select relname from pg_class
where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
 and not has_table_privilege('{ROLE}', oid, 'select')
""")  # noqa: S608
_HAS_DEFAULTS = text(f"""
select exists (select from pg_default_acl where defaclnamespace = current_schema()::regnamespace
 and defaclrole = current_user::regrole and array_to_string(defaclacl, ',') like '%{ROLE}=%')
""")  # noqa: S608

# Asked once when a connection is made. A schema that the role can't read is not migrated yet.
BECOME = f"""
select set_config('role', '{ROLE}', false) from pg_roles own, pg_roles app
where own.rolname = session_user and (own.rolsuper or own.rolbypassrls) and app.rolname = '{ROLE}'
 and pg_has_role(own.oid, app.oid, 'member')
 and has_table_privilege(app.oid, to_regclass('alembic_version'), 'select')
"""  # noqa: S608
# Before the first migration there is nothing to keep apart.
IS_BOUND = """
select not (rolsuper or rolbypassrls) or to_regclass('alembic_version') is null
from pg_roles where rolname = current_user
"""


def secure_tables(connection: Connection) -> None:
    """Give every tenant table its policy, and `cadre_app` its rights; changes only what lacks.

    A command knows only the tables of the rooms that it needs: the policies of others stay, under a
    server that runs.
    """
    guarded = Guarded.of(metadata, iter([(r[0], r[1]) for r in connection.execute(_COLUMNS)]))
    wanted = {name: _policy(guarded, name) for name in guarded.tables}
    found = [(r[0], r[1], r[2]) for r in connection.execute(_GUARDED, {"prefix": _POLICY})]
    present = {(name, policy) for name, policy, is_forced in found if policy and is_forced}
    others = {name for name, policy, _ in found if policy and name not in metadata.tables}
    for name, policy in wanted.items():
        if (name, policy) not in present and name not in others:
            _secure(connection, guarded, name, policy)
    for name, policy, _ in found:
        if policy and name not in others and wanted.get(name) != policy:
            connection.execute(text(f'drop policy {policy} on "{name}"'))
    _grant(connection)


def release_tables(connection: Connection) -> None:
    """Take all of that back; the role stays, because other databases may use it."""
    for name, policy, _ in connection.execute(_GUARDED, {"prefix": _POLICY}).all():
        if policy:
            connection.execute(text(f'drop policy {policy} on "{name}"'))
            connection.execute(text(f'alter table "{name}" no force row level security'))
            connection.execute(text(f'alter table "{name}" disable row level security'))


def _is_visible(guarded: Guarded, name: str) -> str:
    """`case` and not `or`: the planner takes it for half of all rows, whatever the org.

    It would take an equation for another condition beside the statement's own, expect next
    to nothing, and sort all runs of a large org for its first page.
    """
    org, is_system = guarded.org_of(name, f'"{name}"'), f"{_ORG} = '{ALL_ORGS}'"
    if isinstance(guarded.tables[name], Owned):
        return f"case when {org} = {_ORG} then true else {is_system} end"
    return f"case when {is_system} then true else {org} = {_ORG} end"


def _policy(guarded: Guarded, name: str) -> str:
    """A name that changes with what the policy says, because PostgreSQL rewrites the text."""
    return _POLICY + sha256(_is_visible(guarded, name).encode()).hexdigest()[:12]


def _secure(connection: Connection, guarded: Guarded, name: str, policy: str) -> None:
    condition = _is_visible(guarded, name)
    connection.execute(text(f'drop policy if exists {policy} on "{name}"'))
    connection.execute(text(f'alter table "{name}" enable row level security'))
    connection.execute(text(f'alter table "{name}" force row level security'))
    connection.execute(
        text(f'create policy {policy} on "{name}" using ({condition}) with check ({condition})')
    )


def _grant(connection: Connection) -> None:
    if not connection.execute(_NEEDS_ROLE).scalar():
        return  # policies bind this login itself
    connection.execute(_MAKE_ROLE)
    if not connection.execute(_HAS_ROLE).scalar():
        return
    for name in list(connection.execute(_UNGRANTED).scalars()):
        is_shared = isinstance(OTHER_TABLES.get(name), Shared)
        rights = "select" if is_shared else "select, insert, update, delete"
        connection.execute(text(f'grant {rights} on "{name}" to {ROLE}'))
    if not connection.execute(_HAS_DEFAULTS).scalar():
        schema = connection.execute(text("select quote_ident(current_schema())")).scalar_one()
        rights = "select, insert, update, delete"
        for grant in (f"{rights} on tables", "usage, select on sequences"):
            connection.execute(
                text(f"alter default privileges in schema {schema} grant {grant} to {ROLE}")
            )
        connection.execute(text(f"grant usage on schema {schema} to {ROLE}"))
        connection.execute(text(f"grant usage on all sequences in schema {schema} to {ROLE}"))
