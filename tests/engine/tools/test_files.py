"""list_files, read_file, write_file, search_files, patch_file."""

import asyncio

import pytest

from cadre.engine.tools import Workspace
from cadre.engine.tools.builtin.patch_file import apply_diff
from tests.engine.tools.conftest import ORDERS, PIXEL, Act


@pytest.fixture(autouse=True)
async def files(workspace: Workspace) -> None:
    await workspace.add_file("orders.csv", ORDERS.encode())
    await workspace.add_file("src/main.py", b"import os\n\n\ndef main():\n    return os.name\n")
    await workspace.add_file("big.bin", b"\0\x01\x02" * 1000)
    await workspace.add_file(".hidden/x", b"x")


async def test_the_tree_shows_folders_files_sizes_and_a_total(act: Act):
    output = await act("list_files")

    lines = output.text.splitlines()
    assert lines[0].startswith("big.bin  3.0 kB")
    assert "src/" in lines
    assert "  main.py  43 B" in output.text
    assert lines[-1] == "3 files, 3.2 kB."
    assert ".hidden" not in output.text


async def test_files_can_be_sorted_by_size_and_filtered(act: Act):
    output = await act("list_files", sort="size", limit=2)
    python = await act("list_files", glob="*.py")

    assert [file["path"] for file in output.data["files"]] == ["big.bin", "orders.csv"]
    assert [file["path"] for file in python.data["files"]] == ["src/main.py"]


async def test_an_empty_folder_says_so(act: Act, workspace: Workspace):
    (workspace.root / "empty").mkdir()

    assert (await act("list_files", path="empty")).text == "There are no files yet."


async def test_a_range_of_lines_is_read(act: Act):
    output = await act("read_file", path="orders.csv", start_line=2, end_line=2)

    assert output.text.startswith("1,North,10.10,01234,2024-01-31,plain\n\n[Lines 2 to 2 of 4.")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("\ufeffgrün".encode(), "grün"),
        ("grün und blau".encode("utf-16"), "grün und blau"),
        ("Größe\r\nÄrger".encode("latin-1"), "Größe\nÄrger"),
        (b"", "(The file is empty.)"),
    ],
)
async def test_text_of_many_origins_is_read(
    act: Act, workspace: Workspace, content: bytes, text: str
):
    await workspace.add_file("text.txt", content)

    assert (await act("read_file", path="text.txt")).text == text


async def test_binary_files_and_images_are_reported_not_read(act: Act, workspace: Workspace):
    await workspace.add_file("pixel.png", PIXEL)

    binary = await act("read_file", path="big.bin")
    image = await act("read_file", path="pixel.png")

    assert binary.is_error
    assert "binary file" in binary.text
    assert "is an image (image/png" in image.text
    assert image.files[0].path == "pixel.png"


@pytest.mark.parametrize(
    "path", ["none.txt", "../orders.csv", "/etc/passwd", "src", "orders.csv/x"]
)
async def test_what_cannot_be_read_is_said_plainly(act: Act, path: str):
    output = await act("read_file", path=path)

    assert output.is_error
    assert "Error" not in output.text


async def test_a_file_is_written_and_replaced(act: Act, workspace: Workspace):
    first = await act("write_file", path="notes/a.md", content="one\ntwo\n")
    await act("write_file", path="notes/a.md", content="three")

    assert first.text == "Wrote notes/a.md: 2 lines, 8 B."
    assert await workspace.read("notes/a.md") == b"three"


async def test_writing_where_a_folder_is_fails(act: Act):
    assert (await act("write_file", path="src", content="x")).is_error
    assert (await act("write_file", path="orders.csv/x", content="x")).is_error


async def test_lines_are_found_with_path_and_number(act: Act):
    output = await act("search_files", pattern="north", ignore_case=True)

    assert output.text.splitlines()[:2] == [
        "orders.csv:2: 1,North,10.10,01234,2024-01-31,plain",
        "orders.csv:4: 3,North,0.30,99999,2024-02-02,",
    ]


async def test_plain_text_is_no_regex(act: Act):
    assert (await act("search_files", pattern="1.,North")).text.startswith("Nothing matches")


@pytest.mark.usefixtures("needs_sandbox")
async def test_a_regex_is_searched_in_the_sandbox(act: Act):
    output = await act("search_files", pattern=r"^def \w+", regex=True, glob="*.py")
    broken = await act("search_files", pattern="(", regex=True)

    assert output.text.splitlines()[0] == "src/main.py:4: def main():"
    assert "not a regular expression" in broken.text


async def test_a_text_that_occurs_once_is_replaced(act: Act, workspace: Workspace):
    output = await act("patch_file", path="src/main.py", search="os.name", replace="os.sep")

    assert "-    return os.name\n+    return os.sep" in output.text
    assert b"os.sep" in await workspace.read("src/main.py")


async def test_a_text_that_is_not_there_or_twice_changes_nothing(act: Act, workspace: Workspace):
    before = await workspace.read("orders.csv")

    missing = await act("patch_file", path="orders.csv", search="1,North,10.1,01234", replace="x")
    twice = await act("patch_file", path="orders.csv", search="North", replace="x")

    assert "Line 2 is near" in missing.text
    assert "2 times" in twice.text
    assert await workspace.read("orders.csv") == before


async def test_a_diff_is_applied_where_its_context_is(act: Act, workspace: Workspace):
    diff = "--- a/src/main.py\n+++ b/src/main.py\n@@ -90,2 +90,3 @@\n def main():\n+    print()\n     return os.name\n"

    output = await act("patch_file", path="src/main.py", diff=diff)

    assert not output.is_error
    assert b"def main():\n    print()\n    return" in await workspace.read("src/main.py")


async def test_a_diff_that_does_not_fit_changes_nothing(act: Act, workspace: Workspace):
    before = await workspace.read("src/main.py")

    output = await act(
        "patch_file",
        path="src/main.py",
        diff="@@ -1 +1 @@\n-import os\n+import re\n@@ -9 +9 @@\n-x\n+y\n",
    )

    assert "Hunk 2 does not fit" in output.text
    assert await workspace.read("src/main.py") == before


def test_a_diff_can_add_to_an_empty_file():
    assert apply_diff("", "@@ -0,0 +1,2 @@\n+one\n+two\n").strip() == "one\ntwo"


async def test_line_ends_of_windows_stay(act: Act, workspace: Workspace):
    await workspace.add_file("dos.txt", b"one\r\ntwo\r\n")

    await act("patch_file", path="dos.txt", search="two", replace="2")

    assert await workspace.read("dos.txt") == b"one\r\n2\r\n"


async def test_tools_may_act_in_parallel(act: Act, workspace: Workspace):
    await asyncio.gather(*(act("write_file", path=f"p/{i}.txt", content=str(i)) for i in range(20)))

    assert len(await workspace.list("p")) == 20
