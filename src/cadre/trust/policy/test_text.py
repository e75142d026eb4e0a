"""Tests as text: `test_*` rules, with what they put in the place of `input` taken out.

The interpreter's own `with` is not to be relied on: it breaks, or is ignored, over rules that call
functions. So a test is read as two rules: the input that it gives, and the test without `with`,
which is then evaluated with that input for real. Any other implementation of Rego runs the same text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cadre.trust.policy.bundle import Module

_TOKEN = re.compile(
    r"""(?P<skip>"(?:[^"\\\n]|\\.)*"|`[^`]*`|\#[^\n]*)"""
    r"|(?P<open>[{(\[])|(?P<close>[})\]])|(?P<end>[\n;])|(?P<with>(?<![\w.])with(?=\s))"
)
_TEST = re.compile(r"^(?P<name>test_\w+)\s+if\s*\{", re.MULTILINE)
_WITH = re.compile(r"with\s+(?P<target>[\w.\[\]\"]+)\s+as\s+")
_PACKAGE = re.compile(r"^package\s+([\w.]+)", re.MULTILINE)
_INPUT_OF = "cadre_input_of_"


@dataclass(frozen=True, slots=True)
class Test:
    """`entry` is what has to be true; `input_entry` the input that it needs; `fault` says why not."""

    __test__ = False

    module: str
    name: str
    entry: str
    input_entry: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _With:
    start: int
    end: int
    statement: int  # where the statement that it belongs to begins
    target: str
    value: str


def read_tests(module: Module) -> tuple[Module, list[Test]]:
    """`module` as it can be evaluated, and its tests in order."""
    found = _PACKAGE.search(module.text)
    path = found[1].replace(".", "/") if found else ""
    text, more, tests = module.text, "", list[Test]()
    for match in reversed(list(_TEST.finditer(module.text))):
        name, start = match["name"], match.end()
        end = _end_of(module.text, start)
        test, body, given = _read(module.name, path, name, module.text[start:end])
        text = text[:start] + body + text[end:]
        more += given
        tests.append(test)
    return Module(module.name, f"{text}\n{more}"), tests[::-1]


def _read(module: str, path: str, name: str, body: str) -> tuple[Test, str, str]:
    """The test, its body without `with`, and the rule of its input."""
    entry = f"{path}/{name}"
    withs = list(_withs(body))
    if not withs:
        return Test(module, name, entry), body, ""
    if fault := _fault(withs):
        return Test(module, name, entry, fault=fault), " false ", ""
    first = withs[0]
    for one in reversed(withs):
        body_before, body_after = body[: one.start], body[one.end :]
        body = body_before + body_after
    before = body[: first.statement]
    rule = f"{_INPUT_OF}{name} := cadre_given if {{\n{before}\ncadre_given := {first.value}\n}}\n"
    return Test(module, name, entry, f"{path}/{_INPUT_OF}{name}"), body, rule


def _fault(withs: list[_With]) -> str:
    if any(one.target != "input" for one in withs):
        return "A test puts something in the place of `input` only: write `with input as`."
    if len({one.value for one in withs}) > 1:
        return "A test has one input: make two tests of it."
    return ""


def _withs(body: str) -> Iterator[_With]:
    depth, statement = 0, 0
    open_with: re.Match[str] | None = None
    for token in [*_TOKEN.finditer(body), None]:
        ends = token is None or (depth == 0 and (token["end"] or token["with"] or token["close"]))
        if ends and open_with is not None:
            end = len(body) if token is None else token.start()
            yield _with(body, open_with, end, statement)
            open_with = None
        if token is None:
            return
        depth += 1 if token["open"] else -1 if token["close"] else 0
        if token["end"] and depth == 0:
            statement = token.end()
        if token["with"]:
            open_with = _WITH.match(body, token.start())


def _with(body: str, head: re.Match[str], end: int, statement: int) -> _With:
    value = body[head.end() : end].strip()
    return _With(head.start(), end, statement, head["target"], value)


def _end_of(text: str, start: int) -> int:
    """Where the brace that was opened before `start` is closed."""
    depth = 1
    for token in _TOKEN.finditer(text, start):
        depth += 1 if token["open"] else -1 if token["close"] else 0
        if depth == 0:
            return token.start()
    return len(text)
