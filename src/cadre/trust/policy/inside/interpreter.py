"""Interpret Rego in a process of its own: `interpreter.py`, frames of JSON on stdin and stdout.

Runs on the standard library and regopy alone, with an empty environment. What an organisation wrote
may hang, grow or break the native interpreter: then this process ends, and not the server.
A frame is its length in 4 bytes and a JSON object.
"""

# regopy has no types, and compiled bundles are asked by its inner functions: its own class breaks
# over what is no JSON.
# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

import contextlib
import ctypes
import json
import os
import resource
import struct
import sys
import threading
import time
from collections import OrderedDict
from typing import Any, BinaryIO

from regopy import rego_shared as native
from regopy.interpreter import Bundle, Input, Interpreter
from regopy.node import Node

_LENGTH = struct.Struct(">I")
_MEMORY_BYTES = 512 << 20
_LOOK_SECONDS = 0.1
_MOST_BUNDLES = 64
_EXACT_INTEGERS = 1 << 53  # beyond them the interpreter wraps round without a word
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


class Policies:
    """Bundles that were loaded, by key; those that were used last are kept."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[str, tuple[Interpreter, Bundle]] = OrderedDict()

    def load(self, key: str, modules: list[list[str]], entries: list[str]) -> dict[str, Any]:
        interpreter = Interpreter()
        interpreter.log_level = native.LogLevel.NONE
        for name, text in modules:
            try:
                interpreter.add_module(name, text)
            except native.RegoError as error:
                return {"fault": {"module": name, "said": str(error)}}
        try:
            bundle = interpreter.build(None, entries)
        except native.RegoError as error:
            return {"fault": {"module": "", "said": str(error)}}
        self._loaded[key] = (interpreter, bundle)
        while len(self._loaded) > _MOST_BUNDLES:
            self._loaded.popitem(last=False)
        return {"loaded": True}

    def ask(self, key: str, entry: str, given: Any) -> dict[str, Any]:
        found = self._loaded.get(key)
        if found is None:
            return {"unknown": True}
        self._loaded.move_to_end(key)
        interpreter, bundle = found
        interpreter.set_input(Input(_representable(given)))
        output = native.rego_bundle_query_entrypoint(interpreter._impl, bundle._impl, entry)
        try:
            return _answer(output)
        finally:
            native.rego_free_output(output)


def _answer(output: Any) -> dict[str, Any]:
    said = native.rego_output_string(output)
    if said == "undefined":
        return {"undefined": True}
    if not said.startswith("{"):  # the error as a tree of the interpreter's own
        return {"error": said[:2000]}
    try:
        expressions: list[Any] = json.loads(said).get("expressions") or []
    except ValueError:  # what `sprintf` makes of text in quotes is not JSON
        expressions = [_plain(Node(native.rego_output_expressions_at_index(output, 0)).at(0))]
    return {"value": expressions[0]} if expressions else {"undefined": True}


def _plain(node: Node) -> Any:
    if node.kind in (native.NodeKind.Term, native.NodeKind.Scalar):
        return _plain(node.at(0))
    if node.kind == native.NodeKind.Object:
        return {json.loads(key): _plain(held) for key, held in node._children.items()}
    if node.kind == native.NodeKind.Set:
        return [_plain(held) for held in node._children.values()]
    if node.kind == native.NodeKind.Array:
        return [_plain(node.at(place)) for place in range(len(node))]
    value = node.value
    return _unescaped(value) if isinstance(value, str) else value


def _unescaped(text: str) -> str:
    text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _representable(value: Any) -> Any:
    """The value as the interpreter holds it: text escaped as in JSON; large integers would wrap."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT_INTEGERS:
        return float(value)
    if isinstance(value, dict):
        return {_representable(key): _representable(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_representable(held) for held in value]
    return value


def _confine() -> None:
    """End with the server; no large memory, no files, no cores."""
    threading.Thread(target=_stay_small, daemon=True).start()
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def _stay_small() -> None:
    """Limits of address space don't fit: the interpreter reserves far more than it uses."""
    page = os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError), open("/proc/self/statm") as numbers:
        while int(numbers.read().split()[1]) * page < _MEMORY_BYTES:
            time.sleep(_LOOK_SECONDS)
            numbers.seek(0)
        os._exit(1)


def _read(source: BinaryIO) -> dict[str, Any] | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return json.loads(source.read(_LENGTH.unpack(head)[0]))


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter prints what it thinks
    _confine()
    policies = Policies()
    while (asked := _read(sys.stdin.buffer)) is not None:
        if "modules" in asked:
            answer = policies.load(asked["key"], asked["modules"], asked["entries"])
        else:
            answer = policies.ask(asked["key"], asked["entry"], asked["input"])
        body = json.dumps(answer).encode()
        answers.write(_LENGTH.pack(len(body)) + body)
        answers.flush()


if __name__ == "__main__":
    main()
