"""The doctor: looks at everything that cadre needs, and names what would fix what is missing."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from cadre.app.console import console_folder
from cadre.app.local import running_server
from cadre.app.settings import Settings, unknown_variables
from cadre.kernel.errors import CadreError


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok`, `missing` (it works without) or `broken` (it does not), and what to do."""

    about: str
    state: Literal["ok", "missing", "broken"]
    says: str
    remedy: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """One finding for each thing that cadre needs or can use."""
    findings = [_python(), *_variables(), _home(settings)]
    checks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (
        _database,
        _master_key,
        _sandbox,
        _model,
        _console,
        _server,
    )
    for check in checks:
        findings.append(await check(settings))
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", version)


def _variables() -> list[Finding]:
    return [
        Finding("settings", "missing", f"{name} means nothing", "Correct its spelling or unset it.")
        for name in unknown_variables(os.environ)
    ]


def _home(settings: Settings) -> Finding:
    home = settings.home
    if not home.exists():
        return Finding("home", "ok", f"{home} (made at the first start)")
    if os.access(home, os.W_OK):
        return Finding("home", "ok", str(home))
    return Finding(
        "home", "broken", f"{home} can't be written", f"chown it, or set CADRE_HOME: {home}"
    )


async def _database(settings: Settings) -> Finding:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from cadre.app.local import OWNER_SCOPE
    from cadre.infra.database import Database

    kind = "PostgreSQL" if settings.database.startswith("postgresql") else "SQLite"
    if kind == "SQLite" and not settings.home.exists():
        return Finding("database", "ok", f"{kind} (made at the first start)")
    database = Database(settings.database)
    try:
        async with database.read(OWNER_SCOPE) as work:
            await work.connection.execute(text("select 1"))
        unguarded = await database.unguarded()
    except (SQLAlchemyError, OSError) as error:
        says = f"{kind} does not answer: {str(error).splitlines()[0]}"
        return Finding("database", "broken", says, "Check CADRE_DATABASE_URL and that it runs.")
    finally:
        await database.close()
    if unguarded:
        remedy = "Give cadre a login of its own that owns its database, or that role."
        return Finding("database", "missing", f"{kind}. {unguarded}", remedy)
    return Finding("database", "ok", kind)


async def _master_key(settings: Settings) -> Finding:
    from cadre.app.vault import open_keyring

    is_given = settings.master_key_base64 is not None or settings.master_key_command
    if not is_given and not settings.master_key.exists():
        return Finding("master key", "ok", "made at the first start")
    try:
        open_keyring(settings)
    except CadreError as error:
        return Finding("master key", "broken", error.detail, "Then start again.")
    where = "given by the environment" if is_given else str(settings.master_key)
    return Finding("master key", "ok", f"{where}: keep a backup of it")


async def _sandbox(settings: Settings) -> Finding:
    from cadre.engine.sandbox import open_sandbox

    report = await (await open_sandbox(private_paths=(settings.home,))).probe()
    if report.available:
        return Finding("sandbox", "ok", report.kind)
    says = " ".join(item.what for item in report.missing)
    remedy = " ".join(item.remedy for item in report.missing)
    return Finding("sandbox", "missing", f"code tools are off. {says}", remedy)


async def _model(settings: Settings) -> Finding:
    from cadre.app.providers import environment_names

    try:
        names = environment_names(settings)
    except CadreError as error:
        return Finding("model", "broken", error.detail, "Correct the variable or unset it.")
    if names:
        return Finding("model", "ok", f"{', '.join(names)}, from the environment")
    says = "no key in the environment; without one in the console the offline operator answers"
    remedy = (
        "Set a provider's key, such as ANTHROPIC_API_KEY or OPENAI_API_KEY, or OLLAMA_HOST; or add "
        "a provider under Settings, Models."
    )
    return Finding("model", "missing", says, remedy)


async def _console(_settings: Settings) -> Finding:
    folder = console_folder()
    if (folder / "index.html").is_file():
        return Finding("console", "ok", str(folder))
    return Finding("console", "missing", "it is not built; the API works", "make console")


async def _server(settings: Settings) -> Finding:
    server = running_server(settings)
    if server is None:
        return Finding("server", "ok", "none runs here", "Start one: cadre up")
    return Finding("server", "ok", f"{server.url} (process {server.pid})")
