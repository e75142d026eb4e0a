"""The sandbox of Linux machines: bubblewrap, seccomp, rlimits, control groups and a watch.

The command is alone in namespaces of its own (user, process, network, IPC, host name, mounts).
The end of its first process is the end of all: that is how it is killed, whatever it ignores.
"""

import asyncio
import contextlib
import math
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Collection, Coroutine, Iterable
from pathlib import Path

from cadre.engine.sandbox import filesystem, probing, seccomp
from cadre.engine.sandbox.cgroups import Cgroups, Controller, Group
from cadre.engine.sandbox.egress import Egress
from cadre.engine.sandbox.jail import Jail, Output, data_file
from cadre.engine.sandbox.ports import (
    Command,
    Killed,
    Limits,
    Result,
    SandboxReport,
    SandboxUnavailable,
)
from cadre.engine.sandbox.watch import Watch
from cadre.kernel.errors import Invalid

_SIGNALS: dict[int, Killed] = {128 + 24: "cpu", 128 + 25: "disk"}  # SIGXCPU, SIGXFSZ
_NAMESPACES = (
    *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc"),
    *("--unshare-uts", "--unshare-cgroup-try"),
)


class BubblewrapSandbox:
    """`private_paths` stay invisible even where a bind would show them (cadre's data).

    `controllers` are the control groups that may be used; the rest is watched.
    """

    def __init__(
        self,
        *,
        private_paths: Iterable[Path] = (),
        parallel: int | None = None,
        controllers: Collection[Controller] = ("memory", "pids"),
    ) -> None:
        self._private_paths = tuple(private_paths)
        self._places = asyncio.Semaphore(parallel or 4 * (os.cpu_count() or 2))
        self._controllers = frozenset(controllers)
        self._cgroups: Cgroups | None = None
        self._report: SandboxReport | None = None
        self._probing = asyncio.Lock()

    async def probe(self) -> SandboxReport:
        """Run a trial command once and remember what came of it."""
        async with self._probing:
            if self._report is None:
                self._report = await self._try()
        return self._report

    async def run(self, command: Command) -> Result:
        """See `Sandbox.run`."""
        report = await self.probe()
        if not report.available:
            raise SandboxUnavailable(f"Can't run {command.argv[0]}. {report.reason}".strip())
        _check(command)
        async with self._places:
            return await self._run(command)

    async def _try(self) -> SandboxReport:
        missing = probing.missing_programs()
        if missing:
            return SandboxReport(False, "bubblewrap", {}, missing)
        self._cgroups = await asyncio.to_thread(Cgroups.find, self._controllers)
        missing = probing.unbounded_processes(self._cgroups)
        if missing:
            return SandboxReport(False, "bubblewrap", {}, missing)
        with tempfile.TemporaryDirectory() as folder:
            result = await self._run(probing.trial(Path(folder)))
        missing = probing.explain(result)
        limits = {} if missing else probing.describe_limits(self._cgroups)
        return SandboxReport(not missing, "bubblewrap", limits, missing)

    async def _run(self, command: Command) -> Result:
        started = time.monotonic()
        output = Output(command.limits.output_bytes, command.on_output)
        async with self._started(command) as (jail, watch):
            exit_code, killed = await _supervise(jail, watch, command, output)
        return Result(
            exit_code=exit_code,
            stdout=bytes(output.stdout),
            stderr=bytes(output.stderr),
            truncated=output.overflowed.is_set(),
            duration_seconds=time.monotonic() - started,
            killed=killed or _SIGNALS.get(exit_code),
        )

    @contextlib.asynccontextmanager
    async def _started(self, command: Command) -> AsyncGenerator[tuple[Jail, Watch]]:
        """A jail with its limits and its way out set up; at the end nothing of it is left."""
        async with contextlib.AsyncExitStack() as stack:
            egress = None
            if command.network:
                egress = await stack.enter_async_context(Egress(command.network))
            group = self._group(command.limits)
            if group is not None:
                stack.callback(group.remove)
            # bubblewrap can't be killed safely before its first process is known.
            starting = asyncio.ensure_future(self._enter(command, egress))
            stack.push_async_callback(_finish, _bury(starting))
            jail = await asyncio.shield(starting)
            if group is not None and jail.first_process:
                group.add(jail.first_process)
            yield (
                jail,
                Watch(jail.first_process, command.workspace, command.limits, group, self._counted),
            )

    async def _enter(self, command: Command, egress: Egress | None) -> Jail:
        descriptors = [
            data_file(seccomp.build_filter(is_memory_counted="memory" in self._counted)),
            data_file(filesystem.pyvenv_configuration()),
        ]
        view = filesystem.view(
            command,
            pyvenv_fd=descriptors[1],
            egress_socket=None if egress is None else egress.path,
            private_paths=self._private_paths,
            temporary_bytes=min(command.limits.disk_bytes, command.limits.memory_bytes // 2),
        )
        arguments = [*_NAMESPACES, "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
        arguments += ["--new-session", "--die-with-parent", "--cap-drop", "ALL", *view]
        arguments += ["--seccomp", str(descriptors[0])]
        try:
            return await Jail.start(
                shutil.which("bwrap") or "bwrap",
                arguments,
                self._argv(command, is_networked=egress is not None),
                descriptors=descriptors,
                environment=filesystem.environment(command, is_networked=egress is not None),
            )
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _argv(self, command: Command, *, is_networked: bool) -> list[str]:
        limits = command.limits
        bounds = [
            f"--cpu={math.ceil(limits.cpu_seconds) + 1}",
            f"--fsize={limits.file_bytes}",
            f"--nproc={probing.process_rlimit(limits.processes)}",
            "--nofile=1024",
            "--core=0",
            "--memlock=65536",
            "--msgqueue=0",
        ]
        if "memory" not in self._counted:
            bounds.append(f"--data={2 * limits.memory_bytes}")
        forward = ["python", "-ISs", f"{filesystem.INSIDE}/forward.py"] if is_networked else []
        return [shutil.which("prlimit") or "prlimit", *bounds, *forward, *command.argv]

    @property
    def _counted(self) -> Collection[Controller]:
        return () if self._cgroups is None else self._cgroups.parents

    def _group(self, limits: Limits) -> Group | None:
        return None if self._cgroups is None else self._cgroups.create(limits)


async def _supervise(
    jail: Jail, watch: Watch, command: Command, output: Output
) -> tuple[int, Killed | None]:
    """Let the command run until it ends or breaks a limit; return its exit code and the limit."""
    attending = asyncio.create_task(jail.attend(command.stdin, output))
    watching = asyncio.create_task(watch.breach())
    overflowing = asyncio.create_task(output.overflowed.wait())
    jail.release()
    try:
        await asyncio.wait(
            {attending, watching, overflowing},
            timeout=command.limits.wall_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        killed = _verdict(attending, watching, overflowing)
        if killed is not None:
            jail.kill()
        exit_code = await attending
        return exit_code, killed or watch.enforced()
    finally:
        for task in (attending, watching, overflowing):
            task.cancel()
        await asyncio.gather(attending, watching, overflowing, return_exceptions=True)


def _verdict(
    attending: "asyncio.Task[int]",
    watching: "asyncio.Task[Killed]",
    overflowing: "asyncio.Task[bool]",
) -> Killed | None:
    if overflowing.done():
        return "output"
    if watching.done():
        return watching.result()
    return None if attending.done() else "wall_time"


async def _bury(starting: "asyncio.Future[Jail]") -> None:
    with contextlib.suppress(Exception):  # then there is nothing to bury
        await (await starting).bury()


async def _finish(work: Coroutine[None, None, None]) -> None:
    """Do `work` to its end even if the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _check(command: Command) -> None:
    if not command.workspace.is_dir():
        raise Invalid(f"The workspace {command.workspace.name!r} does not exist.")
    texts = [*command.argv, *command.environment, *command.environment.values()]
    if not command.argv or any("\0" in text for text in texts):
        raise Invalid("A command needs a program and no NUL characters.")
    if any(len(text.encode()) > 120_000 for text in texts):
        raise Invalid("An argument of a command is at most 120,000 bytes; use a file for more.")
