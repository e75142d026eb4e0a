"""Import: an archive becomes an org, whole or not at all.

First everything is looked at without a change, then blobs are kept (which anybody may keep),
then all rows come in one transaction, then the workspaces' folders. Until the last of them is
there the org's status is "importing", by which an import that was broken off is taken up.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from cadre.infra.blobs import Blobs
from cadre.infra.database import metadata
from cadre.kernel.ids import BlobId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.orgs.archive import SECRETS, ArchiveReader
from cadre.trust.orgs.checking import Checked, check_rows
from cadre.trust.orgs.content import Content, Tell, system_scope
from cadre.trust.orgs.errors import ArchiveInvalid, OrgExists, PassphraseWrong
from cadre.trust.orgs.names import check_slug
from cadre.trust.orgs.renewing import LEFT_BEHIND, Renewal
from cadre.trust.orgs.rows import (
    TenantTable,
    from_json,
    schema_version,
    tenant_table,
    tenant_tables,
)
from cadre.trust.orgs.sealing import unseal
from cadre.trust.orgs.tables import org_domains, orgs

_BATCH_ROWS = 500
_MOST_SECRETS_BYTES = 16 << 20
_TELL_EVERY = 50
IMPORTING = "importing"
_LIVE = (
    "It was exported while it was active and has runs that are not over: suspend it where it "
    "came from, then reactivate it here."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the org is to be here; None: as in the archive."""

    org: str | None = None
    slug: str | None = None
    passphrase: str | None = None


@dataclass(slots=True)
class Importing:
    """One import under way."""

    content: Content
    reader: ArchiveReader
    wanted: Wanted
    tell: Tell
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def org(self) -> str:
        return self.wanted.org or self.reader.manifest.org.id

    @property
    def slug(self) -> str:
        return check_slug(self.wanted.slug or self.reader.manifest.org.slug)

    @property
    def renewal(self) -> Renewal | None:
        """What becomes of ids where the org is another one than in the archive."""
        old = self.reader.manifest.org.id
        return None if self.org == old else Renewal(old, self.org)

    async def run(self) -> None:
        """Do it all, or what is left of it."""
        rows_are_in = await self._status() == IMPORTING
        if not rows_are_in:
            self.secrets = await asyncio.to_thread(self._open_secrets)
        self.tell("checking", 0, 1)
        tables = [*tenant_tables(), tenant_table(orgs)]
        checked = await asyncio.to_thread(check_rows, self.reader, tables, self.content.staying)
        await asyncio.to_thread(self._check_workspaces, checked)
        if not rows_are_in:
            await self._check_free(checked)
            await self._keep_blobs()
            await self._insert()
        await self._restore()
        await self._open(checked)

    def _open_secrets(self) -> dict[str, str]:
        manifest, passphrase = self.reader.manifest, self.wanted.passphrase
        if passphrase is None:
            return {}
        if not manifest.secrets_sealed and not manifest.secrets:
            return {}  # there was nothing to seal
        if not manifest.secrets_sealed:
            raise PassphraseWrong(
                "The archive holds no secrets: import it without a passphrase.", field="passphrase"
            )
        return unseal(self.reader.read(SECRETS, _MOST_SECRETS_BYTES), passphrase, manifest.org.id)

    def _check_workspaces(self, checked: Checked) -> None:
        blobs = set(self.reader.blobs("blobs"))
        for workspace, manifest in self.reader.manifest.workspaces.items():
            if workspace not in checked.workspaces:
                raise ArchiveInvalid(f"No row of the archive has the workspace {workspace[:80]!r}.")
            _check_snapshot(self.reader, manifest, blobs)

    async def _check_free(self, checked: Checked) -> None:
        """Refuse what exists here, and rows that would reach into another org."""
        slug = self.slug
        async with self.content.database.read(system_scope(ALL_ORGS)) as work:
            here = await schema_version(work.connection)
            if self.reader.manifest.schema_version > here:
                raise ArchiveInvalid(
                    f"The archive has schema {self.reader.manifest.schema_version}, this "
                    f"installation {here}. Upgrade cadre first."
                )
            taken = select(orgs.c.id).where((orgs.c.id == self.org) | (orgs.c.slug == slug))
            if (await work.connection.execute(taken)).first() is not None:
                raise OrgExists(
                    f"An organisation with the id {self.org} or the slug {slug} is here already. "
                    "Give a new id and another slug, or delete it first.",
                    field="slug",
                )
            runs = metadata.tables["runs"]
            for some in _batches(sorted(map(self._renewed, checked.runs))):
                query = select(runs.c.id).where(runs.c.id.in_(some)).limit(1)
                if (found := (await work.connection.execute(query)).scalar()) is not None:
                    raise OrgExists(
                        f"The run {found} is here already, in another organisation. To copy that "
                        "one, import with a new id."
                    )
        for workspace in map(self._renewed, checked.workspaces):
            if await self.content.folders.snapshot(workspace) is not None:
                raise OrgExists(f"The workspace {workspace} is here already.")

    async def _keep_blobs(self) -> None:
        wanted = [
            (f"{folder}/{digest}", store, digest)
            for folder, store in (
                ("blobs", self.content.blobs),
                ("payloads", self.content.payloads),
            )
            for digest in self.reader.blobs(folder)
        ]
        for number, (name, store, digest) in enumerate(wanted):
            if number % _TELL_EVERY == 0:
                self.tell("blobs", number, len(wanted))
            await asyncio.to_thread(_keep_blob, self.reader, name, store, digest)

    async def _insert(self) -> None:
        """All rows, parents first."""
        tables = [tenant_table(orgs), *reversed(tenant_tables())]
        names = set(self.reader.tables)
        total, done = sum(self.reader.manifest.tables.values()), 0
        try:
            async with self.content.database.begin(system_scope(self.org)) as work:
                for owned in tables:
                    if owned.name not in names:
                        continue
                    if self.renewal is not None and owned.name in LEFT_BEHIND:
                        continue
                    rows = map(self._row(owned), self.reader.rows(owned.name))
                    for some in _batches(rows):
                        self.tell(f"table {owned.name}", done, total)
                        done += len(some)
                        await work.connection.execute(insert(owned.table), some)
                for name, value in self.secrets.items():
                    await self.content.vault.put(work, self._renewed(name), value)
        except IntegrityError as error:
            raise OrgExists(
                "Some id of the archive is here already, in another organisation."
            ) from error
        except DBAPIError as error:
            raise ArchiveInvalid("A row of the archive does not fit this database.") from error

    def _row(self, owned: TenantTable) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How a row of the archive becomes one of the new org."""
        table, renewal = owned.name, self.renewal

        def convert(row: dict[str, Any]) -> dict[str, Any]:
            made: dict[str, Any] = from_json(table, row)
            if renewal is not None:
                made = renewal.row(made)
            if owned.owner is not None:
                made[owned.owner] = self.org
            if table == orgs.name:
                made |= {"slug": self.slug, "status": IMPORTING}
            if table == org_domains.name:
                made["verified_at"] = None  # the DNS has to say it of this installation too
            return made

        return convert

    def _renewed(self, text: str) -> str:
        return text if self.renewal is None else self.renewal.text(text)

    async def _restore(self) -> None:
        workspaces = self.reader.manifest.workspaces
        for number, (workspace, manifest) in enumerate(sorted(workspaces.items())):
            if number % _TELL_EVERY == 0:
                self.tell("files", number, len(workspaces))
            await self.content.folders.restore(self._renewed(workspace), BlobId(manifest))

    async def _open(self, checked: Checked) -> None:
        """Serve the org, unless its runs may be under way where it came from."""
        values: dict[str, Any] = {"status": self.reader.manifest.org.status}
        if values["status"] != "suspended":
            values = {"status": "active"}
            if checked.live_runs:
                now = time.time()
                values = {
                    "status": "suspended",
                    "suspended_at": now,
                    "suspended_reason": _LIVE,
                }
        async with self.content.database.begin(system_scope(self.org)) as work:
            await work.connection.execute(
                update(orgs).where(orgs.c.id == self.org).values(**values)
            )

    async def _status(self) -> str | None:
        async with self.content.database.read(system_scope(self.org)) as work:
            query = select(orgs.c.status).where(orgs.c.id == self.org)
            return (await work.connection.execute(query)).scalar_one_or_none()


def _keep_blob(reader: ArchiveReader, name: str, store: Blobs, digest: str) -> None:
    """Keep one blob, if it is what its name says."""
    with tempfile.NamedTemporaryFile() as file:
        reader.copy_to(name, Path(file.name))
        kept = store.put_file_now(Path(file.name))
    if kept != f"sha256:{digest}":
        raise ArchiveInvalid(f"{name} is not what its name says: the archive was changed.")


def _check_snapshot(reader: ArchiveReader, manifest: str, blobs: set[str]) -> None:
    """Refuse a manifest that would write outside of its workspace or take in what is not sent."""
    digest = manifest.removeprefix("sha256:")
    wrong = ArchiveInvalid(f"The workspace manifest {digest[:80]!r} is not one that cadre writes.")
    if digest not in blobs:
        raise wrong
    try:
        said: Any = json.loads(reader.read(f"blobs/{digest}", 64 << 20))
        files, links, folders = dict(said["files"]), dict(said["links"]), list(said["folders"])
        for state in files.values():
            mode = state["mode"]
            known = state["blob"].removeprefix("sha256:") in blobs
            if not known or not isinstance(mode, int) or not 0 <= mode <= 0o777:
                raise wrong
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
    for name in (*files, *links, *folders):
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
            raise wrong
        if any(str(parent) in links for parent in path.parents):
            raise wrong


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while some := list(islice(each, _BATCH_ROWS)):
        yield some
