"""Workspaces: nothing leads out, nothing is lost, nothing grows past its quota."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cadre.engine.tools import BadPath, FileMissing, Workspace, WorkspaceFull, Workspaces
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import Invalid


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    return path


@pytest.mark.parametrize(
    "path",
    [
        *("../secret.txt", "a/../../secret.txt", "/etc/passwd", "/workspace/../secret.txt"),
        *("a\0b", "x" * 300, "/".join(["deep"] * 600), "//etc/passwd", "/workspacex"),
    ],
)
async def test_no_spelling_of_a_path_leads_out(workspace: Workspace, path: str):
    with pytest.raises(BadPath):
        await workspace.read(path)
    with pytest.raises(BadPath):
        await workspace.add_file(path, b"x")


@pytest.mark.parametrize("path", ["a/b.txt", "./a//b.txt", "/workspace/a/b.txt", "a/c/../b.txt"])
async def test_every_spelling_of_a_path_inside_works(workspace: Workspace, path: str):
    await workspace.add_file("a/b.txt", b"content")

    assert await workspace.read(path) == b"content"


async def test_links_that_lead_out_are_refused(workspace: Workspace, secret: Path):
    (workspace.root / "file").symlink_to(secret)
    (workspace.root / "folder").symlink_to(secret.parent)
    (workspace.root / "circle").symlink_to("circle")
    before = sorted(os.listdir(secret.parent))

    for path in ("file", "folder/secret.txt", "circle"):
        with pytest.raises(BadPath):
            await workspace.read(path)
    with pytest.raises(BadPath):
        await workspace.add_file("folder/new.txt", b"x")
    assert [entry.path for entry in await workspace.list()] == []
    assert sorted(os.listdir(secret.parent)) == before


async def test_writing_over_a_link_replaces_the_link(workspace: Workspace, secret: Path):
    (workspace.root / "file").symlink_to(secret)

    with pytest.raises(BadPath):
        await workspace.read("file")
    await workspace.add_file("file", b"new")

    assert await workspace.read("file") == b"new"
    assert (await asyncio.to_thread(secret.read_text)) == "secret"


async def test_links_inside_work(workspace: Workspace):
    await workspace.add_file("a/real.txt", b"content")
    (workspace.root / "link").symlink_to("a/real.txt")

    assert await workspace.read("link") == b"content"


async def test_swapping_a_folder_for_a_link_at_any_moment_gains_nothing(
    workspace: Workspace, secret: Path
):
    folder, aside = workspace.root / "folder", workspace.root / "aside"
    await workspace.add_file("folder/secret.txt", b"harmless")
    (workspace.root / "link").symlink_to(secret.parent)

    def swap() -> None:
        for _ in range(2000):
            os.rename(folder, aside)
            os.rename(workspace.root / "link", folder)
            os.rename(folder, workspace.root / "link")
            os.rename(aside, folder)

    async def read() -> set[bytes]:
        seen: set[bytes] = set()
        while not swapping.done():
            try:
                seen.add(await workspace.read("folder/secret.txt"))
            except (BadPath, FileMissing):
                continue
        return seen

    swapping = asyncio.create_task(asyncio.to_thread(swap))

    assert b"secret" not in await read()


async def test_a_pipe_does_not_hang_a_reader(workspace: Workspace):
    os.mkfifo(workspace.root / "pipe")

    async with asyncio.timeout(5):
        with pytest.raises(BadPath):
            await workspace.read("pipe")
        await workspace.snapshot()
        assert await workspace.list() == []


async def test_a_file_that_does_not_fit_leaves_nothing(tmp_path: Path, blobs: Blobs):
    workspace = Workspaces(tmp_path / "w", blobs, quota_bytes=50_000).open("small")
    await workspace.add_file("a", b"x" * 30_000)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"y" * 5000

    with pytest.raises(WorkspaceFull):
        await workspace.add_file("b", pieces())

    assert [entry.path for entry in await workspace.list()] == ["a"]
    assert os.listdir(workspace.root) == ["a"]


async def test_a_reference_keeps_the_content_of_its_moment(workspace: Workspace, blobs: Blobs):
    first = await workspace.add_file("data.csv", b"old")
    await workspace.add_file("data.csv", b"new!")

    assert first.blob is not None
    assert (first.media_type, first.size) == ("text/csv", 3)
    assert await blobs.get(first.blob) == b"old"


async def test_a_snapshot_restores_files_modes_links_and_empty_folders(workspace: Workspace):
    await workspace.add_file("a/script.sh", b"#!/bin/sh")
    (workspace.root / "a" / "script.sh").chmod(0o755)
    (workspace.root / "empty").mkdir()
    (workspace.root / "link").symlink_to("a/script.sh")
    before = await workspace.snapshot()
    await workspace.add_file("a/script.sh", b"changed")
    await workspace.add_file("new/deep/file", b"x")
    (workspace.root / "empty").rmdir()
    (workspace.root / "link").unlink()

    await workspace.restore(before)

    assert await workspace.read("link") == b"#!/bin/sh"
    assert (workspace.root / "a" / "script.sh").stat().st_mode & 0o777 == 0o755
    assert (workspace.root / "empty").is_dir()
    assert not (workspace.root / "new").exists()
    assert await workspace.snapshot() == before


async def test_restoring_never_writes_through_a_link(workspace: Workspace, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    await workspace.add_file("folder/file.txt", b"mine")
    before = await workspace.snapshot()
    (workspace.root / "folder" / "file.txt").unlink()
    (workspace.root / "folder").rmdir()
    (workspace.root / "folder").symlink_to(outside)

    await workspace.restore(before)

    assert os.listdir(outside) == []
    assert await workspace.read("folder/file.txt") == b"mine"


async def test_the_same_content_gives_the_same_snapshot(workspaces: Workspaces):
    first, second = workspaces.open("one"), workspaces.open("two")
    for workspace in (first, second):
        await workspace.add_file("a.txt", b"same")

    assert await first.snapshot() == await second.snapshot()


async def test_unchanged_files_are_not_read_again_even_after_a_restart(
    tmp_path: Path, blobs: Blobs, workspace: Workspace
):
    await workspace.add_file("a.txt", b"content")
    before = await workspace.snapshot()
    (workspace.root / "a.txt").chmod(0o000)  # root reads on; what matters is the result
    (workspace.root / "a.txt").chmod(0o644)

    reopened = Workspaces(tmp_path / "workspaces", blobs).open("run_1")

    assert await reopened.snapshot() == before


async def test_a_copy_is_independent(workspaces: Workspaces, workspace: Workspace):
    await workspace.add_file("a.txt", b"original")
    copy = workspaces.open("copy")

    await copy.copy_from(workspace)
    await copy.add_file("a.txt", b"changed")

    assert await workspace.read("a.txt") == b"original"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "\N{SNOWMAN}", "x" * 200])
def test_an_id_that_is_none_is_refused(workspaces: Workspaces, name: str):
    with pytest.raises(Invalid):
        workspaces.open(name)
