"""Checks of what somebody wrote, before it is kept: a broken module is named with line and column."""

import re

from cadre.trust.policy.bundle import Bundle, Module
from cadre.trust.policy.errors import BadPolicy, EvaluationFailed
from cadre.trust.policy.given import PolicyInput, WhichTool
from cadre.trust.policy.interpreters import Interpreters
from cadre.trust.policy.process import CompilationFailed

CHARACTERS = 100_000
PACKAGE = "cadre.org"
TESTS_PACKAGE = "cadre.tests"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_RESERVED = {"check", "test", "dry-run", "explain", "decisions"}
# What a policy can't have: it would reach out of the interpreter, or never say the same twice.
_FORBIDDEN = ("http.send", "opa.runtime", "net.lookup_ip_addr", "rand.intn", "uuid.rfc4122")
# The interpreter compares numbers as text in these: 7 would be more than 12.
_UNRELIABLE = {"max", "min", "sort"}
_WORDS = re.compile(
    r"""(?P<skip>"(?:[^"\\\n]|\\.)*"|`[^`]*`|\#[^\n]*)|(?P<word>(?<![\w.])[A-Za-z_][\w.]*)"""
)
_FAULT = re.compile(
    r"\(error(?: \d+:[^|()]*\|(?P<at>\d+)\|\d+)?\s+\(errormsg (?:\d+:)?(?P<said>[^()\n]*)"
)
_PACKAGE = re.compile(r"package\s+(?P<path>[\w.\"\[\]]+)")


def checked_name(name: str) -> str:
    """`name`, or raise `BadPolicy`."""
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise BadPolicy(
            "A policy's name starts with a small letter and goes on with small letters, digits "
            f"and _, 63 at most; {', '.join(sorted(_RESERVED))} are taken.",
            field="name",
        )
    return name


def check_text(text: str, package: str, field: str) -> None:
    """Raise `BadPolicy` if `text` is not a module of `package`, or uses what it may not."""
    if len(text) > CHARACTERS:
        raise BadPolicy(f"A policy has at most {CHARACTERS} characters.", field=field)
    words = [(found["word"], found.start()) for found in _WORDS.finditer(text) if found["word"]]
    if not words or words[0][0] != "package":
        raise BadPolicy(f"A policy begins with `package {package}`.", field=field, line=1, column=1)
    declared = _PACKAGE.match(text, words[0][1])
    if declared is None or declared["path"] != package:
        line, column = place_of(text, words[0][1])
        raise BadPolicy(f"Write `package {package}`.", field=field, line=line, column=column)
    for word, at in words:
        if any(word == name or word.startswith(f"{name}.") for name in _FORBIDDEN):
            line, column = place_of(text, at)
            raise BadPolicy(
                f"`{word}` is not available to policies: they decide by their input alone.",
                field=field,
                line=line,
                column=column,
            )
        if word in _UNRELIABLE and text[at + len(word) :].lstrip().startswith("("):
            line, column = place_of(text, at)
            raise BadPolicy(
                f"`{word}` takes numbers for text here. Compare with `every` and `<=` instead.",
                field=field,
                line=line,
                column=column,
            )


async def check_module(
    interpreters: Interpreters, shipped: Bundle, name: str, text: str, field: str = "text"
) -> None:
    """Raise `BadPolicy` unless `text` compiles with the shipped bundle and can be evaluated."""
    check_text(text, f"{PACKAGE}.{name}", field)
    bundle = shipped.plus([Module(name, text)])
    try:
        await interpreters.compile(bundle)
        await interpreters.evaluate(bundle, _SAMPLE)
    except CompilationFailed as error:
        raise fault_of(error, {name: (field, text)}) from error
    except EvaluationFailed as error:
        raise BadPolicy(f"It compiles, but: {error}", field=field) from error


def fault_of(error: CompilationFailed, texts: dict[str, tuple[str, str]]) -> BadPolicy:
    """What is wrong, with the place in the one of `texts` (by module: field and text) at fault."""
    if not error.said:
        return BadPolicy(
            "The interpreter breaks over this module. Write it in smaller rules, and `with "
            "input.name as` instead of `with input as` outside of tests."
        )
    field, text = texts.get(error.module, ("text", ""))
    for found in _FAULT.finditer(error.said):
        said = f"{found['said'].strip().rstrip('.')}."
        if found["at"] is None:
            return BadPolicy(said, field=field)
        line, column = place_of(
            text, len(text.encode()[: int(found["at"])].decode("utf-8", "ignore"))
        )
        return BadPolicy(said, field=field, line=line, column=column)
    return BadPolicy("It is not Rego.", field=field)


def place_of(text: str, at: int) -> tuple[int, int]:
    """Line and column of the character at `at`, counted from 1."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


_SAMPLE = PolicyInput(tool=WhichTool(name="sample")).model_dump(mode="json")
