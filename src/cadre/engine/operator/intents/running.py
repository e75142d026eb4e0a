"""Commands that run something: the tests, a shell command, a piece of Python, a query as it is."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.files import FileEntry
from cadre.engine.operator.grid import write_grid
from cadre.engine.operator.intents.reading import fenced
from cadre.engine.operator.moves import Ask, Choice, Context, Frame, Move, Say
from cadre.engine.operator.patterns import Slot, fits, match
from cadre.engine.operator.words import Sentence

_TESTS = (
    "[run|execute|start|do|launch|check] [unit] test|suite *",
    "run|execute|start|launch [unit] test|suite *",
    "[do|does|are|is] [unit] test|suite pass|passes|green|ok *",
    "test it|this|project|everything|code",
    "[run] pytest|unittest",
    "check that|if test pass|work *",
)
_RUN = (
    "run|execute command|shell {command...}",
    "run|execute {command...}",
    "shell {command...}",
    "in shell {command...}",
)
_PROGRAMS = frozenset(
    [
        "make",
        "ls",
        "cat",
        "echo",
        "python",
        "python3",
        "node",
        "npm",
        "npx",
        "uv",
        "pytest",
        "git",
        "grep",
        "find",
        "wc",
        "head",
        "tail",
        "sort",
        "uniq",
        "awk",
        "sed",
        "du",
        "df",
        "ps",
        "pwd",
        "date",
        "env",
        "whoami",
        "uname",
        "tar",
        "gzip",
        "unzip",
        "zip",
        "bash",
        "sh",
        "cargo",
        "go",
        "java",
        "ruby",
        "perl",
        "which",
        "file",
        "stat",
        "tree",
        "diff",
        "mkdir",
        "touch",
        "cp",
        "mv",
        "rm",
        "seq",
        "sleep",
        "printf",
        "pip",
        "curl",
        "wget",
    ]
)
_FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
_PYTHON = re.compile(
    r"^\s*(?:please\s+)?(?:run|execute)?\s*(?:this\s+)?(?:in\s+)?python(?:\s+code)?\s*:\s*(.+)$",
    re.DOTALL | re.IGNORECASE,
)
_SHELL = re.compile(r"^\s*(?:\$\s+|!\s*)(.+)$", re.DOTALL)
_SQL = re.compile(
    r"^\s*(?:(?:run|execute)\s+)?(?:sql\s*:\s*)?((?:select|with|describe|summarize|from)\b.+)$",
    re.DOTALL | re.IGNORECASE,
)
_SQL_SHAPE = re.compile(r"\bfrom\b|\bselect\s+[\d'(]|^describe\b|^summarize\b", re.IGNORECASE)


@dataclass(frozen=True)
class RunTests:
    """Find out how the project's tests are run, and run them."""

    command: str = ""

    def plan(self, desk: Desk) -> Move:
        if self.command:
            return _shell(desk, self.command)
        entries = toolkit.list_files(desk)
        ways = _ways(desk, entries)
        if not ways:
            return Say(
                "I find no tests to run here: there is no Makefile with a `test` target, no "
                "`package.json` with a test script, and no Python test files. Tell me the command: “run …”."
            )
        if len(ways) > 1:
            return Ask(
                "There are several ways to run tests here. Which one?",
                [Choice(w, RunTests(w)) for w in ways],
            )
        return _shell(desk, ways[0])


@dataclass(frozen=True)
class RunShell:
    command: str

    def plan(self, desk: Desk) -> Move:
        return _shell(desk, self.command)


@dataclass(frozen=True)
class RunFile:
    """Run the script of that name with the program that its ending asks for."""

    path: str

    def plan(self, desk: Desk) -> Move:
        return _shell(
            desk, f"{_STARTERS[self.path.rsplit('.', 1)[-1].lower()]} {shlex.quote(self.path)}"
        )


@dataclass(frozen=True)
class RunPython:
    code: str

    def plan(self, desk: Desk) -> Move:
        answer = toolkit.python(desk, self.code)
        return Say(_said("The code", answer.text, answer.is_error))


@dataclass(frozen=True)
class RunSql:
    """A query in the person's own words of SQL."""

    query: str

    def plan(self, desk: Desk) -> Move:
        grid = toolkit.sql(desk, self.query)
        count = len(grid.rows)
        return Say(f"{count} row{'' if count == 1 else 's'}:\n\n{write_grid(grid, limit=100)}")


_STARTERS = {"py": "python3", "sh": "bash", "js": "node"}


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a message as something to run."""
    given = _given_code(sentence.raw)
    if given is not None:
        return given
    if fits(sentence, _TESTS) and not any(t.kind == "path" for t in sentence.tokens):
        return RunTests()
    filled = match(sentence, _RUN)
    return _command(filled["command"]) if filled is not None else None


def _given_code(text: str) -> Frame | None:
    fence = _FENCE.search(text)
    if fence is not None:
        return _fenced_code(fence.group(1).lower(), fence.group(2).strip())
    if found := _PYTHON.match(text):
        return RunPython(found.group(1).strip().strip("`"))
    if found := _SHELL.match(text):
        return RunShell(found.group(1).strip())
    if (
        (found := _SQL.match(text))
        and _SQL_SHAPE.search(found.group(1))
        and _is_query(found.group(1))
    ):
        return RunSql(found.group(1).strip().rstrip(";"))
    return None


def _is_query(text: str) -> bool:
    """Claim that the words are SQL and not a sentence that begins with "with" or "from"."""
    first = text.split(None, 1)[0].lower()
    if first in ("with", "from"):
        return re.search(r"\bselect\b", text, re.IGNORECASE) is not None
    if first in ("describe", "summarize"):
        return (
            re.match(r"\w+\s+(select\b|\"?\w+\"?\s*$)", text) is not None
            and text.split(None, 1)[0].isupper()
        )
    return True


def _fenced_code(language: str, code: str) -> Frame | None:
    if language in ("python", "py", "python3"):
        return RunPython(code)
    if language in ("sh", "bash", "shell", "console"):
        return RunShell(code)
    return RunSql(code.rstrip(";")) if language == "sql" else None


def _command(slot: Slot) -> Frame | None:
    """Read what follows "run": a quoted command, a script, or words that begin with a program."""
    first = slot.tokens[0]
    if len(slot.tokens) == 1 and first.kind == "quoted":
        return RunShell(first.raw[1:-1])
    if (
        len(slot.tokens) == 1
        and first.kind == "path"
        and first.text.rsplit(".", 1)[-1] in _STARTERS
    ):
        return RunFile(first.raw)
    quoted = [token for token in slot.tokens if token.raw.startswith("`")]
    if quoted:
        return RunShell(quoted[0].raw[1:-1])
    is_program = first.text in _PROGRAMS or slot.text.startswith(("./", "/"))
    return (
        RunShell(slot.text.rstrip(".?!") if slot.text.endswith(("?", "!")) else slot.text)
        if is_program
        else None
    )


def _ways(desk: Desk, entries: Sequence[FileEntry]) -> list[str]:
    """Return the commands that run tests here; a Makefile's target stands for all others."""
    paths = {entry.path: entry for entry in entries}
    makefiles = sorted(
        (p for p in paths if p.rsplit("/", 1)[-1] in ("Makefile", "makefile")),
        key=lambda p: (p.count("/"), p),
    )
    for makefile in makefiles[:1]:
        target = _target(toolkit.read_text(desk, makefile))
        if target:
            return [_inside(makefile, f"make {target}")]
    ways: list[str] = []
    packages = sorted(
        (p for p in paths if p.rsplit("/", 1)[-1] == "package.json" and "node_modules" not in p),
        key=lambda p: p.count("/"),
    )
    if packages and '"test"' in toolkit.read_text(desk, packages[0]):
        ways.append(_inside(packages[0], "npm test"))
    tests = [p for p in paths if re.fullmatch(r"(.*/)?(test_[^/]+|[^/]+_test)\.py", p)]
    if tests:
        ways.append(_python_tests(desk, tests))
    ways += [_inside(p, "cargo test") for p in paths if p.rsplit("/", 1)[-1] == "Cargo.toml"][:1]
    ways += [_inside(p, "go test ./...") for p in paths if p.rsplit("/", 1)[-1] == "go.mod"][:1]
    return ways


def _target(makefile: str) -> str:
    for target in ("test", "tests", "check"):
        if re.search(rf"^(?:\s*\d+\s*[|:\t])?\s*{target}\s*:", makefile, re.MULTILINE):
            return target
    return ""


def _inside(path: str, command: str) -> str:
    folder = path.rpartition("/")[0]
    return f"cd {shlex.quote(folder)} && {command}" if folder else command


def _python_tests(desk: Desk, tests: Sequence[str]) -> str:
    text = toolkit.read_text(desk, sorted(tests)[0])
    if "unittest" in text and "pytest" not in text:
        folder = sorted(tests)[0].rpartition("/")[0] or "."
        return f"python3 -m unittest discover -s {shlex.quote(folder)} -v"
    return "python3 -m pytest -q"


def _shell(desk: Desk, command: str) -> Move:
    answer = toolkit.run_shell(desk, command)
    return Say(
        _said(f"`{command}`" if "`" not in command else "The command", answer.text, answer.is_error)
    )


def _said(what: str, text: str, is_error: bool) -> str:
    outcome = "did not succeed" if is_error else "ran"
    return f"{what} {outcome}:\n\n{fenced(text or '(no output)')}"
