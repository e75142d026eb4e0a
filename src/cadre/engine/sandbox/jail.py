"""One bubblewrap process from birth to burial: its pipes, its first process, its end."""

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

_CHUNK_BYTES = 1 << 16
_BURIAL_SECONDS = 10
_NICENESS = 5


@dataclass(slots=True)
class Output:
    """What a command wrote, up to a bound over both streams together."""

    limit_bytes: int
    on_output: Callable[[bytes], None] | None = None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    overflowed: asyncio.Event = field(default_factory=asyncio.Event)

    async def collect(self, stream: asyncio.StreamReader, kept: bytearray) -> None:
        """Read to the end; past the bound, read and forget."""
        while chunk := await stream.read(_CHUNK_BYTES):
            room = self.limit_bytes - len(self.stdout) - len(self.stderr)
            if len(chunk) > room:
                chunk = chunk[: max(room, 0)]
                self.overflowed.set()
            kept += chunk
            if chunk and self.on_output is not None:
                self.on_output(chunk)


class Jail:
    """A sandbox that was started but waits at its gate until `release`."""

    def __init__(self, process: Process, first_process: int, gate: int) -> None:
        self.first_process = first_process
        self._process = process
        self._gate = gate
        self._pidfd = os.pidfd_open(first_process) if first_process else -1

    @classmethod
    async def start(
        cls,
        program: str,
        arguments: Sequence[str],
        argv: Sequence[str],
        *,
        descriptors: Sequence[int],
        environment: dict[str, str],
    ) -> Self:
        """Start it. `first_process` is 0 if bubblewrap gave up; its stderr says why."""
        info, info_inside = os.pipe()
        gate_inside, gate = os.pipe()
        given = [info_inside, gate_inside]
        try:
            options = ["--info-fd", str(info_inside), "--block-fd", str(gate_inside), *arguments]
            # Through a file: /proc/1/cmdline inside must not show paths of the host.
            given.append(data_file("\0".join(options).encode()))
            process = await asyncio.create_subprocess_exec(
                program, "--args", str(given[-1]), "--", *argv,
                stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment,
                pass_fds=(*given, *descriptors),
            )  # fmt: skip
        except BaseException:
            _close(info, gate, *given)
            raise
        _close(*given)
        try:
            first_process = await _first_process(info)
        except BaseException:
            process.kill()
            _close(gate)
            raise
        return cls(process, first_process, gate)

    def release(self) -> None:
        """Open the gate: the command begins, and gives way to whoever watches it."""
        with contextlib.suppress(OSError):
            if self.first_process:
                os.setpriority(os.PRIO_PROCESS, self.first_process, _NICENESS)
            os.write(self._gate, b"\0")

    async def attend(self, stdin: bytes, output: Output) -> int:
        """Feed it, collect what it writes, and return its exit code."""
        stdout, stderr = self._streams()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed(stdin))
            tasks.create_task(output.collect(stdout, output.stdout))
            tasks.create_task(output.collect(stderr, output.stderr))
            return await self._process.wait()

    def kill(self) -> None:
        """Kill the first process; the kernel kills every other one of its namespace."""
        with contextlib.suppress(ProcessLookupError, OSError):
            if self._pidfd >= 0:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            else:
                self._process.kill()

    async def bury(self) -> None:
        """Kill, and wait until the last process is gone and every pipe is closed."""
        self.kill()
        leftovers = Output(0)
        try:
            async with asyncio.timeout(_BURIAL_SECONDS):
                await self.attend(b"", leftovers)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        finally:
            _close(*(fd for fd in (self._gate, self._pidfd) if fd >= 0))
            self._gate = self._pidfd = -1

    def _streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamReader]:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        return self._process.stdout, self._process.stderr

    async def _feed(self, stdin: bytes) -> None:
        writer = self._process.stdin
        assert writer is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            writer.write(stdin)
            await writer.drain()
        writer.close()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await writer.wait_closed()


def data_file(content: bytes) -> int:
    """A descriptor to read `content` from, that no name leads to."""
    fd = os.memfd_create("cadre")
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


async def _first_process(info: int) -> int:
    """Read bubblewrap's JSON about itself; it may keep the pipe open, so stop at the brace."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(info, "rb", 0)
    )
    try:
        text = await reader.readuntil(b"}")
    except asyncio.IncompleteReadError:
        return 0
    finally:
        transport.close()
    return int(json.loads(text)["child-pid"])


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
