"""shell, python and http_get: code and strangers' pages."""

import asyncio

import pytest
from aiohttp import web

from cadre.engine.tools import Toolbox, ToolContext, Workspace
from cadre.engine.tools.builtin.http_get import page_text
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json
from tests.engine.tools.conftest import Act


@pytest.mark.usefixtures("needs_sandbox")
async def test_python_prints_writes_files_and_shows_output_live(
    act: Act, workspace: Workspace, frames: list[dict[str, Json]]
):
    await workspace.add_file("old.txt", b"old")

    output = await act("python", code="print('grün')\nopen('new.txt', 'w').write('made')")

    assert output.text == "grün\n\nNew or changed files: new.txt"
    assert [file.path for file in output.files] == ["new.txt"]
    assert await workspace.read("new.txt") == b"made"
    assert "".join(str(frame["text"]) for frame in frames) == "grün\n"


@pytest.mark.usefixtures("needs_sandbox")
async def test_an_exception_shows_the_line_that_raised_it(act: Act):
    output = await act("python", code="def f():\n    return 1 / 0\n\nf()")

    assert output.is_error
    assert "    return 1 / 0" in output.text
    assert "ZeroDivisionError" in output.text
    assert "/mnt/programs" not in output.text


@pytest.mark.usefixtures("needs_sandbox")
async def test_scripts_can_import_what_lies_beside_them_and_exit(act: Act, workspace: Workspace):
    await workspace.add_file("helper.py", b"ANSWER = 42")

    output = await act(
        "python", code="import sys, helper\nprint(helper.ANSWER, __name__)\nsys.exit(3)"
    )

    assert output.text == "42 __main__\n\nExit code 3."


@pytest.mark.usefixtures("needs_sandbox")
async def test_a_command_reports_its_exit_code_and_errors(act: Act):
    output = await act("shell", command="echo out; echo err >&2; exit 4")

    assert output.is_error
    assert output.text == "out\n\nstderr:\nerr\n\nExit code 4."
    assert output.data["exit_code"] == 4


@pytest.mark.usefixtures("needs_sandbox")
async def test_a_command_that_takes_too_long_says_so(act: Act):
    output = await act("shell", command="trap '' TERM; echo begun; sleep 60", timeout_seconds=1)

    assert output.text == "begun\n\nIt took longer than 1 seconds and was stopped."
    assert output.data["killed"] == "wall_time"


@pytest.mark.usefixtures("needs_sandbox")
async def test_bytes_that_are_no_text_are_shown_as_such(act: Act):
    output = await act("shell", command=r"printf 'a\xff\xfeb\0c'")

    assert output.text == "a\ufffd\ufffdb\ufffdc"


@pytest.mark.usefixtures("needs_sandbox")
async def test_much_output_is_cut_and_kept(act: Act, workspace: Workspace):
    output = await act("shell", command="seq 1 200000")

    assert len(output.text) < 31_000
    assert output.text.endswith("200000")
    kept = await workspace.read(output.files[-1].path)
    assert kept.splitlines()[100_000] == b"100001"


@pytest.mark.usefixtures("needs_sandbox")
async def test_the_quota_of_the_workspace_bounds_a_command(act: Act, workspace: Workspace):
    output = await act("shell", command="for i in $(seq 100); do head -c 5M /dev/zero > f$i; done")

    assert output.data["killed"] == "disk"
    assert await workspace.usage() < 3 * workspace.quota_bytes


PAGE = """<!doctype html><html><head><title>Prices &amp; more</title><style>p {}</style></head><body>
<script>ignore("me")</script><h1>Prices</h1><p>A <b>chair</b> costs
10 &euro;.</p><ul><li>one</li><li><a href="https://example.com/x">two</a></li></ul>
<table><tr><th>a</th><td>b</td></tr></table></body></html>"""


def test_a_page_becomes_its_readable_text():
    text, title = page_text(PAGE)

    assert title == "Prices & more"
    assert "# Prices" in text
    assert "A chair costs\n10 €." in text
    assert "- two (https://example.com/x)" in text
    assert "ignore" not in text


@pytest.mark.parametrize(
    "html", ["<script>", "</script></p>", "<a><a></a>", "<" * 1000, "<!DOCTYPE"]
)
def test_broken_pages_are_no_trouble(html: str):
    page_text(html)


async def test_a_page_is_fetched_and_internal_ones_are_not(toolbox: Toolbox, context: ToolContext):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    arguments = {"url": f"http://127.0.0.1:{port}/"}

    refused = await toolbox.act(toolbox.get("http_get"), arguments, context)
    async with HttpClient(allow_private=[f"127.0.0.1:{port}"]) as client:
        context.http = client
        fetched = await toolbox.act(toolbox.get("http_get"), arguments, context)
    await runner.cleanup()

    assert refused.is_error
    assert "internal address" in refused.text
    assert "# Prices" in fetched.text
    assert fetched.data["title"] == "Prices & more"


@pytest.mark.usefixtures("needs_sandbox")
async def test_cancelling_a_tool_ends_its_processes(act: Act, workspace: Workspace):
    acting = asyncio.create_task(act("shell", command="trap '' TERM; sleep 60; touch late"))
    await asyncio.sleep(0.3)

    acting.cancel()
    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await acting
