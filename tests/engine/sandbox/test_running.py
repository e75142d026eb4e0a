"""What a well-behaved command sees and leaves."""

import asyncio
import sys
from pathlib import Path

import pytest
import uvloop

from cadre.engine.sandbox import BubblewrapSandbox, Command, Limits
from cadre.kernel.errors import Invalid
from tests.engine.sandbox.conftest import python, run, shell


async def test_a_command_reads_stdin_and_gives_back_output_and_exit_code(
    sandbox: BubblewrapSandbox, workspace: Path
):
    command = Command(
        argv=("sh", "-c", "cat; echo oops >&2; exit 7"), workspace=workspace, stdin=b"hi"
    )

    result = await run(sandbox, command)

    assert (result.exit_code, result.stdout, result.stderr) == (7, b"hi", b"oops\n")
    assert result.killed is None
    assert not result.truncated


async def test_files_written_to_the_workspace_stay(sandbox: BubblewrapSandbox, workspace: Path):
    await run(sandbox, shell("mkdir -p a && echo text > a/b.txt", workspace))

    assert (workspace / "a" / "b.txt").read_text() == "text\n"


async def test_a_read_only_workspace_cannot_be_changed(sandbox: BubblewrapSandbox, workspace: Path):
    command = Command(argv=("touch", "x"), workspace=workspace, is_workspace_read_only=True)

    result = await run(sandbox, command)

    assert b"Read-only file system" in result.stderr
    assert not (workspace / "x").exists()


async def test_cadres_python_and_its_packages_work_inside(
    sandbox: BubblewrapSandbox, workspace: Path
):
    code = "import sys, duckdb, vl_convert; print(sys.version_info[:2], duckdb.execute('select 42').fetchone())"

    result = await run(sandbox, python(code, workspace))

    assert result.stdout.decode().strip() == f"{sys.version_info[:2]} (42,)"


async def test_a_read_only_bind_appears_under_its_name(
    sandbox: BubblewrapSandbox, workspace: Path, tmp_path: Path
):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "x").write_text("content")
    command = Command(
        argv=("sh", "-c", "cat /mnt/shared/x; echo changed > /mnt/shared/x"),
        workspace=workspace,
        read_only_binds=(shared,),
    )

    result = await run(sandbox, command)

    assert result.stdout == b"content"
    assert (shared / "x").read_text() == "content"


async def test_output_is_shown_while_the_command_runs(sandbox: BubblewrapSandbox, workspace: Path):
    seen: list[bytes] = []
    is_first_seen = asyncio.Event()

    def watch(chunk: bytes) -> None:
        seen.append(chunk)
        is_first_seen.set()

    command = Command(
        argv=("sh", "-c", "echo first; while [ ! -e go ]; do sleep 0.02; done; echo second"),
        workspace=workspace,
        on_output=watch,
    )
    running = asyncio.create_task(run(sandbox, command))

    async with asyncio.timeout(10):
        await is_first_seen.wait()
    (workspace / "go").touch()
    await running

    assert b"".join(seen) == b"first\nsecond\n"


async def test_a_program_that_does_not_exist_ends_with_127(
    sandbox: BubblewrapSandbox, workspace: Path
):
    result = await run(sandbox, Command(argv=("no-such-program",), workspace=workspace))

    assert result.exit_code == 127
    assert b"no-such-program" in result.stderr


@pytest.mark.parametrize("argv", [(), ("echo", "a\0b"), ("echo", "x" * 200_000)])
async def test_arguments_that_no_program_can_take_are_refused(
    sandbox: BubblewrapSandbox, workspace: Path, argv: tuple[str, ...]
):
    with pytest.raises(Invalid):
        await sandbox.run(Command(argv=argv, workspace=workspace))


async def test_many_commands_run_at_once(sandbox: BubblewrapSandbox, workspace: Path):
    commands = [shell(f"echo {i}; sleep 0.1", workspace) for i in range(12)]

    results = await asyncio.gather(*(run(sandbox, command) for command in commands))

    assert [result.stdout for result in results] == [f"{i}\n".encode() for i in range(12)]


def test_it_works_on_uvloop(workspace: Path):
    async def scenario() -> tuple[bytes, str | None]:
        sandbox = BubblewrapSandbox()
        if not (await sandbox.probe()).available:
            pytest.skip("no sandbox here")
        said = await run(sandbox, shell("echo hello", workspace))
        slow = await run(sandbox, shell("sleep 60", workspace, Limits(wall_seconds=0.3)))
        return said.stdout, slow.killed

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(scenario()) == (b"hello\n", "wall_time")
