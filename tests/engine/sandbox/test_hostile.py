"""Commands that want to do harm: each ends with a clear result, and the host is as before."""

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest

from cadre.engine.sandbox import BubblewrapSandbox, Limits
from tests.engine.sandbox.conftest import processes_named, python, run, shell

MEGABYTE = 1 << 20


def own_groups() -> list[Path]:
    return list(Path("/sys/fs/cgroup").glob(f"**/cadre-sandbox-{os.getpid()}-*"))


def is_started(workspace: Path) -> bool:
    return (workspace / "started").exists()


async def test_a_fork_bomb_is_stopped(either_sandbox: BubblewrapSandbox, workspace: Path):
    marker = f"bomb-{uuid4().hex}"
    limits = Limits(processes=60, wall_seconds=15)

    result = await run(
        either_sandbox, shell(f": {marker}; b() {{ b | b & b; }}; b", workspace, limits)
    )

    assert result.killed == "processes"
    assert processes_named(marker) == []


async def test_a_fork_bomb_that_leaves_its_parent_is_stopped(
    sandbox: BubblewrapSandbox, workspace: Path
):
    marker = f"bomb-{uuid4().hex}"
    code = f"'{marker}'\nimport os\nwhile True:\n  try:\n    if os.fork(): os.setsid()\n  except OSError: pass"

    result = await run(sandbox, python(code, workspace, Limits(processes=60, wall_seconds=15)))

    assert result.killed == "processes"
    assert processes_named(marker) == []


async def test_a_memory_bomb_is_stopped(either_sandbox: BubblewrapSandbox, workspace: Path):
    code = "a = []\nwhile True: a.append(bytearray(b'x') * 10_000_000)"

    result = await run(either_sandbox, python(code, workspace, Limits(memory_bytes=200 * MEGABYTE)))

    assert result.killed == "memory"


async def test_memory_of_many_processes_counts_together(
    either_sandbox: BubblewrapSandbox, workspace: Path
):
    code = "import os, time\nfor _ in range(4): os.fork()\na = bytearray(b'x') * 60_000_000\ntime.sleep(20)"
    limits = Limits(memory_bytes=400 * MEGABYTE, processes=300)

    result = await run(either_sandbox, python(code, workspace, limits))

    assert result.killed == "memory"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
async def test_a_temporary_folder_cannot_eat_the_memory(
    either_sandbox: BubblewrapSandbox, workspace: Path, folder: str
):
    script = f"head -c 400M /dev/zero > {folder}/a; head -c 400M /dev/zero > {folder}/b"

    result = await run(
        either_sandbox, shell(script, workspace, Limits(memory_bytes=200 * MEGABYTE))
    )

    assert result.killed == "memory" or b"No space left" in result.stderr


@pytest.mark.parametrize("folder", ["/", "/dev", "/etc", "/run", "/opt", "/usr", "/var"])
async def test_nothing_can_be_written_elsewhere(
    sandbox: BubblewrapSandbox, workspace: Path, folder: str
):
    result = await run(sandbox, shell(f"echo x > {folder}/x", workspace))

    assert result.exit_code != 0
    assert b"Read-only file system" in result.stderr or b"Permission denied" in result.stderr


async def test_a_disk_filler_is_stopped(either_sandbox: BubblewrapSandbox, workspace: Path):
    script = "i=0; while :; do head -c 5M /dev/zero > f$i; i=$((i+1)); done"

    result = await run(either_sandbox, shell(script, workspace, Limits(disk_bytes=50 * MEGABYTE)))

    assert result.killed == "disk"


async def test_a_file_that_is_deleted_while_open_fills_the_disk_no_less(
    sandbox: BubblewrapSandbox, workspace: Path
):
    code = "import os, time\nf = open('x', 'wb'); os.unlink('x')\nwhile True: f.write(bytes(1 << 20)); f.flush(); time.sleep(.002)"

    result = await run(sandbox, python(code, workspace, Limits(disk_bytes=50 * MEGABYTE)))

    assert result.killed == "disk"


async def test_a_sparse_file_of_2_gb_is_refused(sandbox: BubblewrapSandbox, workspace: Path):
    result = await run(
        sandbox,
        shell("truncate -s 2G big || dd if=/dev/zero of=big bs=1 count=1 seek=2G", workspace),
    )

    assert result.killed == "disk" or b"File too large" in result.stderr
    assert not (workspace / "big").exists() or (workspace / "big").stat().st_size < 1 << 30


async def test_endless_output_is_stopped(sandbox: BubblewrapSandbox, workspace: Path):
    result = await run(sandbox, shell("yes", workspace, Limits(output_bytes=MEGABYTE)))

    assert result.killed == "output"
    assert result.truncated
    assert len(result.stdout) == MEGABYTE


async def test_a_busy_loop_is_stopped_by_its_processor_time(
    sandbox: BubblewrapSandbox, workspace: Path
):
    result = await run(sandbox, shell("while :; do :; done", workspace, Limits(cpu_seconds=0.5)))

    assert result.killed == "cpu"


async def test_processor_time_of_children_counts(sandbox: BubblewrapSandbox, workspace: Path):
    script = "while :; do timeout 0.2 sh -c 'while :; do :; done'; done"

    result = await run(sandbox, shell(script, workspace, Limits(cpu_seconds=1)))

    assert result.killed == "cpu"


async def test_a_tool_that_ignores_signals_is_stopped(sandbox: BubblewrapSandbox, workspace: Path):
    marker = f"deaf-{uuid4().hex}"
    code = f"'{marker}'\nimport signal, time\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except OSError: pass\ntime.sleep(60)"

    result = await run(sandbox, python(code, workspace, Limits(wall_seconds=0.5)))

    assert result.killed == "wall_time"
    assert processes_named(marker) == []


async def test_nothing_survives_the_end_of_a_command(sandbox: BubblewrapSandbox, workspace: Path):
    marker = f"daemon-{uuid4().hex}"

    await run(
        sandbox,
        shell(f"setsid nohup sh -c ': {marker}; sleep 60' >/dev/null 2>&1 & sleep 0.1", workspace),
    )

    assert processes_named(marker) == []


async def test_cancelling_kills_everything_before_it_returns(
    sandbox: BubblewrapSandbox, workspace: Path
):
    marker = f"cancelled-{uuid4().hex}"
    script = f": {marker}; trap '' TERM INT HUP; touch started; while :; do sleep 1; done"
    running = asyncio.create_task(sandbox.run(shell(script, workspace)))
    await asyncio.sleep(0.5)

    running.cancel()
    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await running

    assert is_started(workspace)
    assert processes_named(marker) == []


@pytest.mark.parametrize("delay_seconds", [0, 0.002, 0.005, 0.01, 0.02, 0.04])
async def test_cancelling_at_any_moment_leaves_nothing(
    sandbox: BubblewrapSandbox, workspace: Path, delay_seconds: float
):
    marker = f"early-{uuid4().hex}"
    running = asyncio.create_task(sandbox.run(shell(f": {marker}; sleep 60", workspace)))

    await asyncio.sleep(delay_seconds)
    running.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await running

    await asyncio.sleep(0.05)  # a process killed before it was met dies with its parent
    assert processes_named(marker) == []


async def test_host_files_do_not_exist_inside(
    sandbox: BubblewrapSandbox, workspace: Path, private_folder: Path
):
    places = [
        private_folder / "master.key",
        Path(__file__),
        Path("/etc/shadow"),
        Path("/etc/ssl/private"),
        Path("/root/.bashrc"),
        Path("/home"),
        Path("/boot"),
        Path("/sys"),
        Path("/var/lib"),
    ]
    code = f"import os\nprint([p for p in {[str(p) for p in places]!r} if os.path.exists(p)])"

    result = await run(sandbox, python(code, workspace))

    assert result.stdout == b"[]\n"


async def test_links_in_the_workspace_lead_nowhere(
    sandbox: BubblewrapSandbox, workspace: Path, private_folder: Path
):
    (workspace / "absolute").symlink_to(private_folder / "master.key")
    (workspace / "relative").symlink_to("../home/master.key")

    result = await run(
        sandbox, shell("cat absolute; cat relative; cat ../home/master.key", workspace)
    )

    assert result.stdout == b""


async def test_proc_shows_no_way_to_the_host(
    sandbox: BubblewrapSandbox, workspace: Path, private_folder: Path
):
    script = f"""
    for p in /proc/[0-9]*; do cat $p/root{private_folder}/master.key $p/cwd/../home/master.key; done
    cat /proc/self/root/..{private_folder}/master.key
    ls /proc | grep -c '^[0-9]'
    echo 1 > /proc/sys/kernel/sysrq; echo b > /proc/sysrq-trigger
    """

    result = await run(sandbox, shell(script, workspace))

    assert b"the-master-key" not in result.stdout
    assert int(result.stdout.split()[-1]) < 8


async def test_the_environment_of_the_host_stays_outside(
    sandbox: BubblewrapSandbox, workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-host")

    result = await run(sandbox, shell("env; cat /proc/*/environ; cat /proc/*/cmdline", workspace))

    assert b"sk-secret-of-the-host" not in result.stdout
    assert str(workspace).encode() not in result.stdout


async def test_loopback_of_the_host_cannot_be_reached(sandbox: BubblewrapSandbox, workspace: Path):
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code = f"import socket\nfor a in ('127.0.0.1', '169.254.169.254', '1.1.1.1'):\n  try: socket.create_connection((a, {port}), 2); print('reached', a)\n  except OSError as e: print('no')"

    async with server:
        result = await run(sandbox, python(code, workspace))

    assert result.stdout == b"no\nno\nno\n"


async def test_processes_outside_cannot_be_killed(sandbox: BubblewrapSandbox, workspace: Path):
    victim = await asyncio.create_subprocess_exec("sleep", "60")
    script = (
        f"kill -9 {victim.pid} {os.getpid()}; kill -9 -1; python -c 'import os; os.kill(-1, 9)'"
    )

    await run(sandbox, shell(script, workspace))

    assert victim.returncode is None
    victim.kill()
    assert await victim.wait() == -9


_REFUSED_CALLS = {
    "ptrace": (101, "16, 1, 0, 0"),
    "mount": (165, "0, 0, 0, 0, 0"),
    "unshare": (272, "0x10000000"),
    "setns": (308, "3, 0"),
    "bpf": (321, "0, 0, 0"),
    "keyctl": (250, "0, 0, 0"),
    "add_key": (248, "0, 0, 0, 0, 0"),
    "kexec_load": (246, "0, 0, 0, 0"),
    "perf_event_open": (298, "0, 0, -1, -1, 0"),
    "io_uring_setup": (425, "1, 0"),
    "userfaultfd": (323, "0"),
    "process_vm_readv": (310, "1, 0, 0, 0, 0, 0"),
    "open_by_handle_at": (304, "0, 0, 0"),
    "clone with a user namespace": (56, "0x10000011, 0, 0, 0, 0"),
    "inject into the terminal": (16, "0, 0x5412, 0"),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
async def test_calls_that_open_the_kernel_are_refused(
    either_sandbox: BubblewrapSandbox, workspace: Path
):
    tries = "\n".join(
        f"r = libc.syscall({number}, {arguments}); print({name!r}, ctypes.get_errno() if r < 0 else 'DONE')"
        for name, (number, arguments) in _REFUSED_CALLS.items()
    )
    code = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n{tries}\n"
    code += "import socket\ntry: socket.socket(40, socket.SOCK_STREAM); print('vsock DONE')\nexcept OSError as e: print('vsock', e.errno)\n"
    code += "r = libc.syscall(435, 0, 0); print('clone3', ctypes.get_errno())"

    result = await run(either_sandbox, python(code, workspace))

    expected = [f"{name} 1" for name in _REFUSED_CALLS] + ["vsock 97", "clone3 38"]
    assert result.stdout.decode().splitlines() == expected


async def test_there_are_no_privileges_to_gain(sandbox: BubblewrapSandbox, workspace: Path):
    script = "grep -E 'Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:' /proc/self/status; mknod /tmp/x b 8 0; chroot / true; chown 0:5 /workspace"

    result = await run(sandbox, shell(script, workspace))

    status = dict(line.split(":\t") for line in result.stdout.decode().splitlines())
    assert {status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert result.exit_code != 0


async def test_control_groups_are_removed(sandbox: BubblewrapSandbox, workspace: Path):
    await run(sandbox, shell("sleep 60 & exit 0", workspace))
    await run(sandbox, shell("sleep 60", workspace, Limits(wall_seconds=0.2)))

    assert own_groups() == []
