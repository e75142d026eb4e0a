"""A whole installation's worth of orgs, on real databases, blobs and folders."""

import asyncio
import json
import math
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert

from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work, metadata
from cadre.kernel.ids import BlobId, OrgId, new_id
from cadre.kernel.scope import ALL_ORGS, DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.audit import Audit, Seal
from cadre.trust.orgs import Content, OrgJobs, Orgs, Tenants
from cadre.trust.secrets import SEALED_TABLES, Secrets


def scope_of(org: str) -> Scope:
    return Scope(OrgId(org), DEFAULT_PROJECT, "production", Principal("user", "usr_1", "Ann"))


EVERYBODY = scope_of(ALL_ORGS)
HOME = scope_of(DEFAULT_ORG)


class Folders:
    """Workspaces as plain folders, kept as manifests of blobs."""

    def __init__(self, root: Path, blobs: Blobs) -> None:
        self.root = root
        self.may_restore = asyncio.Event()
        self.may_restore.set()
        self._blobs = blobs

    async def snapshot(self, workspace: str) -> BlobId | None:
        folder = self.root / workspace
        if not folder.is_dir():
            return None
        files = {
            path.name: {"blob": await self._blobs.put(path.read_bytes()), "mode": 0o644}
            for path in sorted(folder.iterdir())
        }
        manifest: dict[str, object] = {"files": files, "folders": [], "links": {}, "version": 1}
        return await self._blobs.put(json.dumps(manifest).encode())

    async def restore(self, workspace: str, manifest: BlobId) -> None:
        await self.may_restore.wait()
        folder = self.root / workspace
        folder.mkdir(parents=True, exist_ok=True)
        for name, state in json.loads(await self._blobs.get(manifest))["files"].items():
            await self._blobs.copy_to(BlobId(state["blob"]), folder / name)

    async def delete(self, workspace: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self.root / workspace, ignore_errors=True)


class Vault:
    """The secrets of an org."""

    tables = SEALED_TABLES

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def names(self, work: Work) -> list[str]:
        return await self._secrets.names(work)

    async def open(self, work: Work, name: str) -> str | None:
        return await self._secrets.get(work, name)

    async def put(self, work: Work, name: str, value: str) -> None:
        await self._secrets.put(work, name, value)


class Chronicle:
    """The audit log."""

    tables = frozenset({"audit_events", "audit_heads", "audit_checkpoints"})

    async def forget(self, work: Work) -> None:
        await Audit(Seal(b"3" * 32)).forget(work, before=math.inf)


class Founder:
    """Makes nobody, but says who it would be."""

    def __init__(self) -> None:
        self.founded: list[tuple[str, str]] = []

    async def found(self, work: Work, email: str) -> str:
        self.founded.append((work.scope.org, email))
        return "/signin?token=once"


@dataclass
class Installation:
    """`database` with everything beside it below `home`."""

    database: Database
    home: Path
    master_key: bytes
    blobs: Blobs = field(init=False)
    payloads: Blobs = field(init=False)
    folders: Folders = field(init=False)
    secrets: Secrets = field(init=False)
    founder: Founder = field(init=False)
    tenants: Tenants = field(init=False)
    orgs: Orgs = field(init=False)
    jobs: OrgJobs = field(init=False)

    def __post_init__(self) -> None:
        self.blobs, self.payloads = Blobs(self.home / "blobs"), Blobs(self.home / "payloads")
        self.folders = Folders(self.home / "workspaces", self.blobs)
        self.secrets, self.founder = Secrets(self.master_key), Founder()
        self.tenants = Tenants(self.database, domain="cadre.example")
        self.orgs = Orgs(self.founder, self.blobs)
        self.jobs = self.new_jobs()

    @property
    def content(self) -> Content:
        return Content(
            database=self.database,
            blobs=self.blobs,
            payloads=self.payloads,
            folders=self.folders,
            vault=Vault(self.secrets),
            chronicle=Chronicle(),
            version="1.2.3",
        )

    def new_jobs(self) -> OrgJobs:
        """As after a restart."""
        return OrgJobs(self.content, self.home / "archives", most_archive_bytes=50_000_000)

    async def add_org(self, slug: str) -> str:
        """An org with a row in many tables, files, payloads and a secret."""
        org = f"org_{slug}"
        async with self.database.begin(EVERYBODY) as work:
            await work.connection.execute(
                insert(metadata.tables["orgs"]).values(
                    id=org, slug=slug, name=slug.title(), created_at=1.0
                )
            )
        await self.add_content(org)
        return org

    async def add_content(self, org: str, text: str = "") -> str:
        """A conversation with a run of two events, a payload, a file; returns the run's id."""
        run, conversation, text = new_id("run"), new_id("cnv"), text or f"said in {org}"
        blob = await self.blobs.put(f"file of {text}".encode())
        inner = await self.blobs.put(f"picture of {text}".encode())
        payload = await self.payloads.put(json.dumps({"text": text, "blob": inner}).encode())
        folder = self.folders.root / conversation
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text(f"notes of {text}")
        events = [
            {
                "run_id": run,
                "seq": 0,
                "at": 1.0,
                "type": "run.started",
                "data": f'{{"f": "{blob}"}}',
            },
            {
                "run_id": run,
                "seq": 1,
                "at": 2.0,
                "type": "run.ended",
                "data": json.dumps({"$blobs": {"output": {"id": payload, "size": 9}}}),
            },
        ]
        tables = metadata.tables
        async with self.database.begin(scope_of(org)) as work:
            execute = work.connection.execute
            await execute(
                insert(tables["conversations"]).values(**_conversation(org, conversation))
            )
            await execute(insert(tables["runs"]).values(**_run(org, run, conversation)))
            await execute(insert(tables["run_events"]), events)
            await execute(insert(tables["run_payloads"]).values(run_id=run, blob=payload))
            await self.secrets.put(work, f"key of {text}", f"hidden {text}")
        return run


def _conversation(org: str, conversation: str) -> dict[str, object]:
    return {
        "org_id": org,
        "id": conversation,
        "title": "Talk",
        "agent": "operator",
        "created_at": 1.0,
        "updated_at": 2.0,
    }


def _run(org: str, run: str, conversation: str) -> dict[str, object]:
    return {
        "id": run,
        "org_id": org,
        "project_id": "prj_default",
        "environment": "production",
        "principal": "{}",
        "kind": "agent",
        "title": "Talk",
        "status": "done",
        "workspace_id": conversation,
        "created_at": 1.0,
        "updated_at": 2.0,
        "ended_at": 2.0,
    }


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Installation:
    return Installation(database, tmp_path / "here", b"1" * 32)


@pytest.fixture
def there(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Installation:
    """Another one, always on SQLite; for tests of `here` on PostgreSQL on the other kind."""
    del database
    template = request.getfixturevalue("sqlite_template")
    path = tmp_path / "there" / "cadre.db"
    path.parent.mkdir()
    shutil.copyfile(template, path)
    return Installation(Database(f"sqlite:///{path}"), tmp_path / "there", b"2" * 32)
