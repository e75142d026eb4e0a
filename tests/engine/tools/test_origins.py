"""Where the files of a workspace come from is known, whatever becomes of the files."""

from cadre.engine.tools import Origin, Workspace, Workspaces

ANN, BOB = "user:ann", "user:bob"
BY_BOB = Origin(is_upload=True, by=(BOB,))
BY_TOOL = Origin(is_upload=False, by=("tool:http_get",))


async def read(workspace: Workspace, *paths: str, by: str = ANN) -> list[tuple[str, str]]:
    """What a run of `by` reads in `paths`; without any, in all there is."""
    found = await workspace.sources(list(paths) or None, by)
    return sorted((source.kind, source.by) for source in found)


async def test_a_file_that_was_made_here_has_none(workspace: Workspace):
    await workspace.add_file("a.txt", b"a")

    assert await read(workspace) == await read(workspace, "a.txt") == []


async def test_an_upload_is_its_uploaders_own_and_from_outside_to_others(workspace: Workspace):
    await workspace.add_file("a.txt", b"a")
    await workspace.note(["a.txt"], BY_BOB)

    assert await read(workspace, "a.txt") == [("file from outside", BOB)]
    assert await read(workspace, "a.txt", by=BOB) == [("own file", BOB)]


async def test_the_last_word_on_a_file_counts(workspace: Workspace):
    await workspace.add_file("a.txt", b"a")
    await workspace.note(["a.txt"], BY_BOB)
    await workspace.note(["a.txt"], BY_TOOL)
    await workspace.note(["a.txt"], Origin(is_upload=True, by=(ANN,)))

    assert await read(workspace) == [("own file", ANN)]


async def test_a_file_that_is_gone_is_not_read(workspace: Workspace):
    await workspace.add_file("a.txt", b"a")
    await workspace.note(["a.txt"], BY_BOB)
    await workspace.delete("a.txt")

    assert await read(workspace) == []


async def test_a_link_and_another_spelling_are_the_same_file(workspace: Workspace):
    await workspace.add_file("folder/a.txt", b"a")
    await workspace.note(["folder/a.txt"], BY_BOB)
    (workspace.root / "link").symlink_to("folder/a.txt")

    for path in ("link", "./folder//a.txt", "/workspace/folder/a.txt", "folder/x/../a.txt"):
        assert await read(workspace, path) == [("file from outside", BOB)], path
    assert await read(workspace, "../../etc/passwd", "other.txt") == []


async def test_a_snapshot_holds_it_and_gives_it_back(workspaces: Workspaces, workspace: Workspace):
    await workspace.add_file("a.txt", b"a")
    clean = await workspace.snapshot()
    await workspace.note(["a.txt", "gone.txt"], BY_TOOL)
    marked = await workspace.snapshot()
    copy = workspaces.open("run_2")
    await copy.copy_from(marked)

    assert clean != marked
    assert await read(copy) == [("file from outside", "tool:http_get")]
    await copy.copy_from(clean)
    assert await read(copy) == []


async def test_a_line_that_was_not_written_to_its_end_spoils_no_other(workspace: Workspace):
    await workspace.add_file("a.txt", b"a")
    await workspace.note(["a.txt"], BY_BOB)
    with (workspace.root.parent / "origins.jsonl").open("ab") as file:
        file.write(b'\n[1, 2]\n3\n{"a": 3}\n\xff\n["b.txt", tr')
    await workspace.note(["c.txt"], BY_TOOL)
    await workspace.add_file("c.txt", b"c")

    assert await read(workspace) == [
        ("file from outside", "tool:http_get"),
        ("file from outside", BOB),
    ]


async def test_code_in_the_workspace_can_not_reach_it(workspace: Workspace):
    await workspace.note(["a.txt"], BY_BOB)

    assert await workspace.list() == []
    assert workspace.root not in (workspace.root.parent / "origins.jsonl").parents
