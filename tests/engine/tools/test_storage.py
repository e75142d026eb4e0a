"""What an org stores is kept to what it may store, whichever of its workspaces it lies in."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from cadre.engine.tools import MEGABYTE, Storage, StorageFull, WorkspaceFull, Workspaces
from cadre.engine.tools.store import SizeStore
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.orgs import ORGS_TOPIC, Tenants, orgs


@pytest.fixture
async def storage(database: Database, blobs: Blobs, scope: Scope, tmp_path: Path) -> Storage:
    async with database.begin(replace(scope, org=ALL_ORGS)) as work:
        row = {"id": scope.org, "slug": "acme", "name": "Acme", "created_at": time.time()}
        await work.connection.execute(insert(orgs).values(**row, limits="{}"))
    workspaces = Workspaces(tmp_path / "workspaces", blobs, quota_bytes=4 * MEGABYTE)
    return Storage(database, workspaces, Tenants(database))


async def allow(database: Database, scope: Scope, megabytes: int | None) -> None:
    limits = {} if megabytes is None else {"storage_megabytes": megabytes}
    async with database.begin(replace(scope, org=ALL_ORGS)) as work:
        change = update(orgs).where(orgs.c.id == scope.org).values(limits=json.dumps(limits))
        await work.connection.execute(change)
        work.touch(ORGS_TOPIC)


async def used(database: Database, storage: Storage, scope: Scope) -> int:
    async with database.read(scope) as work:
        return await storage.used(work)


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


async def add(storage: Storage, scope: Scope, workspace: str, path: str, size: int) -> None:
    opened = storage.workspaces.open(workspace)
    await storage.add_file(scope, opened, path, pieces(size // 2, size - size // 2))


async def test_what_is_stored_is_the_sum_of_all_workspaces(
    database: Database, storage: Storage, scope: Scope, other_scope: Scope
):
    await add(storage, scope, "cnv_1", "a", 500_000)
    await add(storage, scope, "run_1", "b", 300_000)

    assert 800_000 <= await used(database, storage, scope) < 900_000
    assert await used(database, storage, other_scope) == 0


async def test_a_file_beyond_what_is_left_is_refused_and_nothing_of_it_stays(
    database: Database, storage: Storage, scope: Scope
):
    await allow(database, scope, 1)
    await add(storage, scope, "cnv_1", "a", 700_000)
    before = await used(database, storage, scope)

    with pytest.raises(StorageFull, match=r"may store 1 MB and stores 0\.7 MB\. Delete"):
        await add(storage, scope, "cnv_2", "b", 400_000)

    assert await used(database, storage, scope) == before
    assert await storage.workspaces.open("cnv_2").list() == []
    await add(storage, scope, "cnv_2", "b", 100_000)


async def test_the_limit_of_one_org_is_not_that_of_another(
    database: Database, storage: Storage, scope: Scope, other_scope: Scope
):
    await allow(database, scope, 1)
    await add(storage, other_scope, "cnv_9", "a", 2_000_000)

    await add(storage, scope, "cnv_1", "a", 900_000)
    with pytest.raises(StorageFull):
        await add(storage, scope, "cnv_1", "b", 200_000)


async def test_a_workspace_has_no_more_than_its_own_room_either(
    database: Database, storage: Storage, scope: Scope
):
    await allow(database, scope, 100)

    with pytest.raises(WorkspaceFull, match="the workspace holds 4000000 bytes"):
        await add(storage, scope, "cnv_1", "a", 5_000_000)


async def test_a_changed_limit_counts_at_once(database: Database, storage: Storage, scope: Scope):
    await allow(database, scope, 0)
    with pytest.raises(StorageFull):
        await add(storage, scope, "cnv_1", "a", 10)

    await allow(database, scope, None)

    await add(storage, scope, "cnv_1", "a", 10)


async def test_what_is_deleted_makes_room(database: Database, storage: Storage, scope: Scope):
    await allow(database, scope, 1)
    await add(storage, scope, "cnv_1", "a", 900_000)
    with pytest.raises(StorageFull):
        await add(storage, scope, "cnv_2", "b", 500_000)

    await storage.delete("cnv_1")

    assert await used(database, storage, scope) == 0
    await add(storage, scope, "cnv_2", "b", 500_000)


async def test_a_smaller_file_in_place_of_a_bigger_one_gives_room_back(
    database: Database, storage: Storage, scope: Scope
):
    await add(storage, scope, "cnv_1", "a", 900_000)
    await add(storage, scope, "cnv_1", "a", 100_000)

    assert await used(database, storage, scope) < 200_000


async def test_what_a_workspace_is_restored_to_has_to_fit(
    database: Database, storage: Storage, scope: Scope
):
    await add(storage, scope, "cnv_1", "a", 700_000)
    manifest = await storage.workspaces.open("cnv_1").snapshot()
    await allow(database, scope, 1)

    with pytest.raises(StorageFull):
        await storage.restore(scope, storage.workspaces.open("run_2"), manifest)
    await allow(database, scope, 2)
    await storage.restore(scope, storage.workspaces.open("run_2"), manifest)

    assert await used(database, storage, scope) >= 1_400_000


async def test_an_older_look_never_replaces_a_newer_one(
    database: Database, storage: Storage, scope: Scope
):
    async with database.begin(scope) as work:
        store = SizeStore(work)
        await store.put("cnv_1", 10, 2.0)
        await store.put("cnv_1", 99, 1.0)
        assert await store.used() == 10
        await store.put("cnv_1", 20, 3.0)
        assert await store.used() == 20


async def test_a_workspace_that_is_gone_is_not_taken_down_again(
    database: Database, storage: Storage, scope: Scope
):
    await add(storage, scope, "cnv_1", "a", 1_000)
    workspace = storage.workspaces.open("cnv_1")
    await storage.delete("cnv_1")

    await storage.measure(scope, workspace)  # as a call does that ends after its conversation

    assert await used(database, storage, scope) == 0
    async with database.read(scope) as work:
        assert await SizeStore(work).get("cnv_1") is None
