"""The interpreter's process: one evaluation at a time, within its time, and never the server's end.

The interpreter is native code that policies of anybody make hang, grow or break: each of these ends
its process only. It is started with the first evaluation, and again after it was ended.
"""

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from cadre.trust.policy.bundle import Bundle
from cadre.trust.policy.errors import EvaluationFailed

PROGRAM = Path(__file__).parent / "inside" / "interpreter.py"
_LENGTH = struct.Struct(">I")
_PIECE = 1 << 16
_START_SECONDS = 30.0  # to start and to compile, also where everything is slow


class CompilationFailed(EvaluationFailed):
    """`said` is the interpreter's own tree of errors; "" if it broke over the modules."""

    def __init__(self, module: str, said: str) -> None:
        super().__init__("The policies can't be compiled.")
        self.module = module
        self.said = said


class TookTooLong(EvaluationFailed):
    """The evaluation was ended, with the process that it was in."""


class BrokeOff(EvaluationFailed):
    """The process is gone in the middle of it."""


class RegoProcess:
    """Evaluates bundles. Blocks, so it belongs on a thread of its own."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit_seconds = limit_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end = weakref.finalize(self, _nothing)

    def ask(self, bundle: Bundle, given: Any, entry: str | None = None) -> Any:
        """What `entry` of `bundle` is for the input `given`, or raise `EvaluationFailed`."""
        asked = {"key": bundle.key, "entry": entry or bundle.entries[0], "input": given}
        with self._turn:
            try:
                answer = self._exchange(asked, self._limit_seconds) if self._process else {}
            except BrokeOff:  # somebody ended it since; if it was this question, it ends again
                answer = {}
            if not answer or "unknown" in answer:
                self._load(bundle)
                answer = self._exchange(asked, self._limit_seconds)
        if "error" in answer:
            raise EvaluationFailed(
                f"A policy could not be evaluated: {_shortened(answer['error'])}"
            )
        return answer.get("value")

    def compile(self, bundle: Bundle) -> None:
        """Raise `CompilationFailed` if `bundle` is not Rego."""
        with self._turn:
            self._load(bundle)

    def close(self) -> None:
        """End the process; a question afterwards starts another one."""
        with self._turn:
            self._stop()

    def _load(self, bundle: Bundle) -> None:
        modules = [[module.name, module.text] for module in bundle.modules]
        asked = {"key": bundle.key, "modules": modules, "entries": list(bundle.entries)}
        try:
            answer = self._exchange(asked, _START_SECONDS)
        except EvaluationFailed as error:
            raise CompilationFailed("", "") from error
        if fault := answer.get("fault"):
            raise CompilationFailed(fault["module"], fault["said"])

    def _exchange(self, asked: dict[str, Any], seconds: float) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        body = json.dumps(asked).encode()
        try:
            _write(process.stdin.fileno(), _LENGTH.pack(len(body)) + body)
            deadline = time.monotonic() + seconds
            head = self._read(process, _LENGTH.size, deadline)
            return json.loads(self._read(process, _LENGTH.unpack(head)[0], deadline))
        except OSError as error:
            self._stop()
            raise BrokeOff("The interpreter of policies broke off.") from error
        except BaseException:
            self._stop()
            raise

    def _read(self, process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        assert process.stdout is not None
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN)
        read = b""
        while len(read) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TookTooLong("The policies took too long, so their evaluation was ended.")
            piece = process.stdout.read(min(size - len(read), _PIECE))
            if not piece:
                raise BrokeOff("The interpreter of policies broke off.")
            read += piece
        return read

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._stop()  # somebody ended it
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={},
            )
            self._end = weakref.finalize(self, _end, self._process)
        return self._process

    def _stop(self) -> None:
        self._process = None
        self._end()


def _write(pipe: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(pipe, left) :]


def _nothing() -> None:
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _shortened(error: str) -> str:
    """The sentence in the interpreter's tree of an error."""
    _, found, rest = error.partition("(errormsg ")
    said = rest.partition(":")[2].partition(")\n")[0] if found else ""
    return f"{said or 'two of its rules contradict each other'}."
