"""Export, import and deletion: all of an org, and nothing of another."""

import asyncio
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from cadre.infra.database import metadata
from cadre.kernel.ids import UserId, new_id
from cadre.trust.access import join
from cadre.trust.accounts.store import AccountStore
from cadre.trust.orgs import OrgJob
from cadre.trust.orgs.errors import OrgExists
from cadre.trust.orgs.exporting import LEFT_OUT
from cadre.trust.orgs.removal import sweep
from cadre.trust.orgs.renewing import LEFT_BEHIND
from cadre.trust.orgs.rows import tenant_tables
from cadre.trust.orgs.store import JobStore
from cadre.trust.orgs.tables import org_jobs
from tests.trust.orgs.conftest import EVERYBODY, HOME, Installation, scope_of

PASSPHRASE = "a long enough passphrase"


async def exported(here: Installation, org: str, passphrase: str | None = None) -> Path:
    async with here.database.begin(EVERYBODY) as work:
        job = await here.orgs.begin_export(work, org, with_secrets=passphrase is not None)
    here.jobs.remember(job.id, passphrase)
    await here.jobs.do_one()
    return here.jobs.archive_of(await ended(here, job))


async def imported(
    there: Installation,
    archive: Path,
    *,
    org: str = "org_acme",
    slug: str = "acme",
    passphrase: str | None = None,
) -> OrgJob:
    name, place = there.jobs.new_upload()
    shutil.copyfile(archive, place)
    details = {"archive": name, "passphrase": passphrase is not None}
    async with there.database.begin(EVERYBODY) as work:
        job = await there.orgs.begin_import(work, org, slug, details)
    there.jobs.remember(job.id, passphrase)
    await there.jobs.do_one()
    return await ended(there, job)


async def ended(where: Installation, job: OrgJob) -> OrgJob:
    async with where.database.read(EVERYBODY) as work:
        return await where.orgs.job(work, job.id)


async def rows_of(where: Installation, org: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that is the org's."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with where.database.read(scope_of(org)) as work:
        for owned in tenant_tables():
            query = select(owned.table).where(owned.condition).order_by(*owned.keys)
            rows = (await work.connection.execute(query, {"org": org})).mappings()
            if items := [dict(row) for row in rows]:
                found[owned.name] = items
    return found


async def test_an_org_is_the_same_elsewhere(here: Installation, there: Installation):
    await here.add_org("acme")
    await here.add_org("beta")
    archive = await exported(here, "acme")

    job = await imported(there, archive)

    assert (job.state, job.error) == ("done", None)
    before, after = await rows_of(here, "org_acme"), await rows_of(there, "org_acme")
    for sealed in ("secrets", "secret_data_keys"):
        before.pop(sealed)
    assert after == before
    assert await rows_of(there, "org_beta") == {}
    (run,) = [row["id"] for row in after["runs"]]
    workspace = after["runs"][0]["workspace_id"]
    assert (there.folders.root / workspace / "notes.txt").read_text() == "notes of said in org_acme"
    assert await there.blobs.get(await here.blobs.put(b"file of said in org_acme"))
    assert run == before["runs"][0]["id"]
    assert any(path.is_file() for path in (there.home / "payloads").rglob("*"))
    await there.database.close()


async def test_secrets_go_along_with_a_passphrase_only(here: Installation, there: Installation):
    await here.add_org("acme")
    bare, sealed = await exported(here, "acme"), await exported(here, "acme", PASSPHRASE)

    wrong = await imported(there, sealed, passphrase="not the right passphrase")
    right = await imported(there, sealed, passphrase=PASSPHRASE)

    assert wrong.state == "failed"
    assert "do not open" in (wrong.error or "")
    assert (right.state, right.error) == ("done", None)
    async with there.database.read(scope_of("org_acme")) as work:
        assert await there.secrets.get(work, "key of said in org_acme") == "hidden said in org_acme"
    with zipfile.ZipFile(bare) as file:
        manifest = json.loads(file.read("manifest.json"))
        assert manifest["secrets"] == ["key of said in org_acme"]
        assert "secrets.sealed" not in file.namelist()
        everything = b"".join(file.read(name) for name in file.namelist())
    assert b"hidden said in org_acme" not in everything
    await there.database.close()


async def test_a_new_id_makes_a_second_org_of_an_archive_elsewhere(
    here: Installation, there: Installation
):
    await here.add_org("acme")
    archive = await exported(here, "acme")

    job = await imported(there, archive, org="org_new", slug="anvil")

    assert (job.state, job.error) == ("done", None)
    assert len((await rows_of(there, "org_new"))["runs"]) == 1
    assert await rows_of(there, "org_acme") == {}
    await there.database.close()


async def test_a_passphrase_is_taken_where_there_was_nothing_to_seal(
    here: Installation, there: Installation
):
    await here.add_org("acme")
    async with here.database.begin(scope_of("org_acme")) as work:
        for name in await here.secrets.names(work):
            await here.secrets.delete(work, name)
    archive = await exported(here, "acme", PASSPHRASE)
    of_before = rewritten(archive, _sealed_nothing)

    wrong = await imported(there, archive, passphrase="not the right passphrase")
    right = await imported(there, archive, passphrase=PASSPHRASE)
    older = await imported(there, of_before, org="org_b", slug="b-org", passphrase=PASSPHRASE)

    assert (wrong.state, "do not open" in (wrong.error or "")) == ("failed", True)
    assert [(job.state, job.error) for job in (right, older)] == [("done", None)] * 2
    await there.database.close()


def _sealed_nothing(files: dict[str, bytes]) -> None:
    """As archives were before, if the org had no secrets."""
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"secrets_sealed": False}).encode()
    files.pop("secrets.sealed")


async def test_an_archive_of_before_says_roles_twice_and_bindings_count(
    here: Installation, there: Installation
):
    await here.add_org("acme")
    await _add_person(here, "org_acme")
    archive = rewritten(await exported(here, "acme"), _with_role)

    job = await imported(there, archive)

    assert (job.state, job.error) == ("done", None)
    after = await rows_of(there, "org_acme")
    assert [row["role"] for row in after["role_bindings"]] == ["builder"]
    assert "role" not in after["users"][0]
    await there.database.close()


def _with_role(files: dict[str, bytes]) -> None:
    row = json.loads(files["tables/users.jsonl"])
    files["tables/users.jsonl"] = json.dumps(row | {"role": "owner"}).encode() + b"\n"


async def _add_person(where: Installation, org: str) -> str:
    """Somebody with a role, a key, a passkey, a budget and what they used."""
    user = new_id("usr")
    async with where.database.begin(scope_of(org)) as work:
        await AccountStore(work).add_user(UserId(user), "Anna", 1.0, email="a@b.example")
        await join(work, user, "builder")
        for name, row in (
            ("api_keys", {"name": "k", "prefix": user[-10:], "secret_hash": "h"}),
            ("account_tokens", {"token_hash": user, "purpose": "x", "data": "", "expires_at": 9e9}),
            ("session_tokens", _SESSION_TOKEN | {"token_hash": user}),
            ("passkeys", _PASSKEY | {"id": new_id("pky"), "user_id": user}),
        ):
            table = metadata.tables[name]
            more = {"user_id": user} if "user_id" in table.c else {}
            given = {"id": new_id("key")} if name == "api_keys" else {}
            values = {"org_id": org, "created_at": 1.0, **given, **more, **row}
            await work.connection.execute(insert(table).values(values))
        runs = metadata.tables["runs"]
        principal = json.dumps({"kind": "user", "id": user, "name": "Anna"})
        await work.connection.execute(update(runs).values(principal=principal))
    return user


_SESSION_TOKEN = {"session_id": "ses_1", "kind": "access", "expires_at": 9e9}
_PASSKEY = {
    "host": "x",
    "credential_id": "c",
    "public_key": "p",
    "sign_count": 0,
    "name": "Laptop",
    "transports": "[]",
}


async def test_an_org_is_copied_beside_itself(here: Installation):
    await here.add_org("acme")
    user = await _add_person(here, "org_acme")
    archive = await exported(here, "acme", PASSPHRASE)
    before = await rows_of(here, "org_acme")

    job = await imported(here, archive, org="org_copy", slug="copy", passphrase=PASSPHRASE)

    assert (job.state, job.error) == ("done", None)
    assert await rows_of(here, "org_acme") == before
    copy = await rows_of(here, "org_copy")
    assert not {"api_keys", "account_tokens", "session_tokens"} & copy.keys()
    [person], [run], [binding] = copy["users"], copy["runs"], copy["role_bindings"]
    assert (person["name"], person["id"] == user, person["id"][:14]) == ("Anna", False, user[:14])
    assert binding["subject_id"] == person["id"] == json.loads(run["principal"])["id"]
    assert {event["run_id"] for event in copy["run_events"]} == {run["id"]}
    assert run["id"] != before["runs"][0]["id"]
    [conversation] = copy["conversations"]
    assert conversation["id"] == run["workspace_id"] != before["conversations"][0]["id"]
    notes = here.folders.root / run["workspace_id"] / "notes.txt"
    assert notes.read_text() == "notes of said in org_acme"
    async with here.database.read(scope_of("org_copy")) as work:
        assert await here.secrets.names(work) == ["key of said in org_copy"]

    # What one of them leads to stays when the other one goes.
    files = contents(here)
    await deletion(here, "acme")
    await here.jobs.do_one()
    assert await rows_of(here, "org_copy") == copy
    files.remove("notes of said in org_acme")  # there were two
    assert [each for each in contents(here) if each in files] == contents(here)
    assert await imported(here, archive, org="org_acme", slug="acme", passphrase=PASSPHRASE)


async def test_a_copy_under_the_same_id_or_slug_is_refused_with_the_remedy(here: Installation):
    await here.add_org("acme")
    archive, before = await exported(here, "acme"), await rows_of(here, "org_acme")

    for org, slug in (("org_acme", "other"), ("org_copy", "acme")):
        with pytest.raises(OrgExists, match="--new-id --slug"):
            await imported(here, archive, org=org, slug=slug)

    assert await rows_of(here, "org_copy") == {}
    assert await rows_of(here, "org_acme") == before


def test_every_id_that_is_there_once_in_an_installation_is_renewed_or_left_behind():
    """A new table that keys its rows without the org has to be thought of here."""
    alone = {
        owned.name
        for owned in tenant_tables()
        if owned.parent is None and owned.owner not in {key.name for key in owned.keys}
    }

    renewed = {"budget_alerts", "budgets", "passkeys", "runs", "usage_calls", "users"}
    named_by_a_conversation = {"workspace_sizes"}
    assert alone - LEFT_OUT == renewed | named_by_a_conversation | LEFT_BEHIND


async def test_an_org_with_runs_under_way_arrives_at_rest(here: Installation, there: Installation):
    await here.add_org("acme")
    runs = metadata.tables["runs"]
    async with here.database.begin(scope_of("org_acme")) as work:
        await work.connection.execute(update(runs).values(ended_at=None, status="waiting"))
    archive = await exported(here, "acme")

    await imported(there, archive)

    async with there.database.read(EVERYBODY) as work:
        org = await there.orgs.find(work, "acme")
    assert org.status == "suspended"
    assert "runs that are not over" in (org.suspended_reason or "")
    await there.database.close()


async def test_an_import_that_was_broken_off_is_taken_up_and_serves_nobody_before(
    here: Installation, there: Installation
):
    await here.add_org("acme")
    archive = await exported(here, "acme")
    there.folders.may_restore.clear()
    task = asyncio.create_task(imported(there, archive))
    async with asyncio.timeout(60):
        while True:
            standing = await there.tenants.standing("org_acme")
            if standing.status == "importing":
                break
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    async with there.database.begin(EVERYBODY) as work:
        (job,) = await there.orgs.jobs(work)
        await JobStore(work).change(job.id, lease_until=0.0)
    there.folders.may_restore.set()

    await there.new_jobs().do_one()

    assert (await ended(there, job)).error is None
    assert (await there.tenants.standing("org_acme")).is_active
    (row,) = (await rows_of(there, "org_acme"))["runs"]
    assert (there.folders.root / row["workspace_id"] / "notes.txt").exists()
    await there.database.close()


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with its files changed."""
    with zipfile.ZipFile(archive) as file:
        files = {name: file.read(name) for name in file.namelist()}
    change(files)
    target = archive.with_name("changed.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return target


def _other_org(files: dict[str, bytes]) -> None:
    name = "tables/conversations.jsonl"
    files[name] = files[name].replace(b"org_acme", b"org_beta")


def _foreign_run(files: dict[str, bytes]) -> None:
    row = json.loads(files["tables/run_events.jsonl"].splitlines()[0])
    lines = files["tables/run_events.jsonl"] + json.dumps(row | {"run_id": "run_x"}).encode()
    files["tables/run_events.jsonl"] = lines
    _counted(files, "run_events")


def _unknown_column(files: dict[str, bytes]) -> None:
    row = json.loads(files["tables/runs.jsonl"])
    files["tables/runs.jsonl"] = json.dumps(row | {"admin": True}).encode()


def _wrong_type(files: dict[str, bytes]) -> None:
    row = json.loads(files["tables/runs.jsonl"])
    files["tables/runs.jsonl"] = json.dumps(row | {"created_at": "now"}).encode()


def _lost_rows(files: dict[str, bytes]) -> None:
    files["tables/run_events.jsonl"] = files["tables/run_events.jsonl"].splitlines()[0] + b"\n"


def _traversal(files: dict[str, bytes]) -> None:
    files["blobs/../../../etc/passwd"] = b"root"


def _changed_blob(files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.startswith("blobs/"))
    files[name] = b"something else"


def _newer_format(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"version": 2}).encode()


def _newer_schema(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"schema_version": "9999"}).encode()


def _bomb(files: dict[str, bytes]) -> None:
    files["blobs/" + "0" * 64] = b"\0" * 60_000_000


def _escaping_folder(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    (workspace,) = manifest["workspaces"]
    blob = next(name for name in files if name.startswith("blobs/")).removeprefix("blobs/")
    said: dict[str, object] = {
        "files": {"../x": {"blob": f"sha256:{blob}", "mode": 420}},
        "links": {},
        "folders": [],
    }
    content = json.dumps(said).encode()
    digest = hashlib.sha256(content).hexdigest()
    files[f"blobs/{digest}"] = content
    manifest["workspaces"][workspace] = f"sha256:{digest}"
    files["manifest.json"] = json.dumps(manifest).encode()


def _counted(files: dict[str, bytes], table: str) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["tables"][table] = len(files[f"tables/{table}.jsonl"].splitlines())
    files["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_org, "is not that of"),
        (_foreign_run, "belongs to is not in the archive"),
        (_unknown_column, "no column `admin`"),
        (_wrong_type, "`created_at` does not hold"),
        (_lost_rows, "has lost rows"),
        (_traversal, "does not belong into an archive"),
        (_changed_blob, "is not what its name says"),
        (_newer_format, "has format 2"),
        (_newer_schema, "Upgrade cadre first"),
        (_bomb, "at most 50000000"),
        (_escaping_folder, "is not one that cadre writes"),
    ],
)
async def test_an_archive_that_was_tampered_with_is_refused_whole(
    here: Installation, there: Installation, change: Callable[[dict[str, bytes]], None], said: str
):
    await here.add_org("acme")
    archive = rewritten(await exported(here, "acme"), change)

    job = await imported(there, archive)

    assert job.state == "failed"
    assert said in (job.error or "")
    assert await rows_of(there, "org_acme") == {}
    await there.database.close()


async def test_what_is_no_zip_is_refused(here: Installation, tmp_path: Path):
    plain = tmp_path / "plain.zip"
    plain.write_text("hello")

    job = await imported(here, plain)

    assert (job.state, "not a zip file" in (job.error or "")) == ("failed", True)


async def deletion(here: Installation, slug: str) -> OrgJob:
    async with here.database.begin(EVERYBODY) as work:
        return await here.orgs.begin_delete(work, slug, slug)


async def test_deletion_leaves_no_row_blob_or_folder_of_the_org(here: Installation):
    await here.add_org("acme")
    await here.add_org("beta")
    for org in ("org_acme", "org_beta"):
        await here.add_content(org, text="what both say")
    before, files = await rows_of(here, "org_beta"), contents(here)
    job = await deletion(here, "acme")

    await here.jobs.do_one()

    assert (await ended(here, job)).error is None
    assert await rows_of(here, "org_acme") == {}
    assert await mentions(here, "org_acme") == ["org_jobs"]
    assert await rows_of(here, "org_beta") == before
    files.remove("notes of what both say")  # in a folder of acme's own
    assert contents(here) == [each for each in files if "said in org_acme" not in each]


async def test_a_deletion_that_was_broken_off_is_taken_up(here: Installation):
    await here.add_org("acme")
    await here.add_org("beta")
    for number in range(40):
        await here.add_content("org_acme", text=f"acme {number}")
    job = await deletion(here, "acme")
    task = asyncio.create_task(here.jobs.do_one())
    await until_done(here, job, 30)
    task.cancel()
    await asyncio.wait([task])
    left = sum(map(len, (await rows_of(here, "org_acme")).values()))
    async with here.database.begin(HOME) as work:
        await JobStore(work).change(job.id, lease_until=0.0)

    await here.new_jobs().do_one()

    assert left > 0
    assert (await ended(here, job)).state == "done"
    assert await mentions(here, "org_acme") == ["org_jobs"]
    assert all("acme" not in each for each in contents(here))
    assert len((await rows_of(here, "org_beta"))["runs"]) == 1


async def test_what_comes_late_for_an_org_that_is_gone_goes_too(here: Installation):
    await here.add_org("acme")
    await here.add_org("beta")
    await deletion(here, "acme")
    await here.jobs.do_one()
    await here.add_content("org_acme", text="late")
    before = await rows_of(here, "org_beta")

    swept = await sweep(here.content, "org_acme"), await sweep(here.content, "org_beta")

    assert swept[0] > 0
    assert swept[1] == 0
    assert await rows_of(here, "org_acme") == {}
    assert await rows_of(here, "org_beta") == before


async def test_a_passphrase_does_not_outlive_the_process_that_was_told_it(here: Installation):
    await here.add_org("acme")
    async with here.database.begin(EVERYBODY) as work:
        job = await here.orgs.begin_export(work, "acme", with_secrets=True)
    here.jobs.remember(job.id, PASSPHRASE)

    await here.new_jobs().do_one()

    failed = await ended(here, job)
    assert failed.state == "failed"
    assert "passphrase" in (failed.error or "")
    async with here.database.read(HOME) as work:
        rows = (await work.connection.execute(select(org_jobs))).mappings().all()
    assert PASSPHRASE not in str([dict(row) for row in rows])


async def until_done(here: Installation, job: OrgJob, rows: int) -> None:
    running = job.model_copy(update={"state": "running"})
    async with asyncio.timeout(60):
        while here.jobs.with_progress(running).done < rows:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0)


async def mentions(here: Installation, org: str) -> list[str]:
    """The tables in which the org's id stands anywhere, of all that the database has."""
    found: list[str] = []
    async with here.database.read(EVERYBODY) as work:
        for table in metadata.sorted_tables:
            rows = (await work.connection.execute(select(table))).all()
            if any(org in str(value) for row in rows for value in row):
                found.append(table.name)
        assert (await work.connection.execute(text("select 1"))).scalar() == 1
        assert (await work.connection.execute(select(func.count()))).scalar() == 1
    return found


def contents(here: Installation) -> list[str]:
    """What the blobs, payloads and folders hold, without manifests."""
    found = (
        path.read_text()
        for folder in ("blobs", "payloads", "workspaces")
        for path in (here.home / folder).rglob("*")
        if path.is_file()
    )
    return sorted(each for each in found if not each.startswith('{"files"'))
