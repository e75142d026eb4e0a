"""Rules: which calls are allowed, asked about or denied.

Rules come in layers: the org's with those of the agent, the same again for every child of
that agent. Here they are only matched: what follows from them is decided by `policies/`, where each
layer counts on its own, so that a child can only narrow what its parent may do.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cadre.engine.approvals import ExactCall, canonical_json
from cadre.kernel.messages import Json
from cadre.trust.policy import Effect, Finding, MatchedRule

EVERY_LAYER = -1
_REGEX = "re:"
_REPEATED_REPEAT = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]")
_WORKSPACE = "/workspace/"
_TESTED_CHARACTERS = 20_000


class GateRule(BaseModel):
    """`tool` is a glob. Every one of `arguments` must match too: a glob, or `re:` and a regex.

    An argument that is not text is compared as JSON; one that is missing matches nothing.
    """

    model_config = ConfigDict(extra="forbid")

    tool: str = Field(min_length=1, max_length=200)
    arguments: dict[str, str] = Field(default_factory=dict[str, str], max_length=20)
    effect: Effect
    reason: str = Field(default="", max_length=500)

    @field_validator("arguments")
    @classmethod
    def _compiles(cls, arguments: dict[str, str]) -> dict[str, str]:
        for name, pattern in arguments.items():
            if pattern.startswith(_REGEX):
                _check_regex(name, pattern.removeprefix(_REGEX))
        return arguments

    def matches(self, call: ExactCall) -> bool:
        """Whether this rule speaks of `call`. In doubt it does, unless it allows."""
        if not fnmatch.fnmatchcase(call.tool, self.tool):
            return False
        return all(
            name in call.arguments and self._argument_matches(pattern, call.arguments[name])
            for name, pattern in self.arguments.items()
        )

    def _argument_matches(self, pattern: str, value: Json) -> bool:
        text = value if isinstance(value, str) else canonical_json(value)
        allows = self.effect == "allow"
        if len(text) > _TESTED_CHARACTERS:
            return not allows  # a pattern on text of any length could take for ever
        spellings = [_matches(pattern, spelling) for spelling in _spellings(text)]
        return all(spellings) if allows else any(spellings)


def matched(
    call: ExactCall, org: Sequence[GateRule], layers: Sequence[Sequence[GateRule]]
) -> list[MatchedRule]:
    """The rules that speak of `call`: the org's, which are in every layer, then layer by layer."""
    found = [_matched("org", f"org/{number}", EVERY_LAYER, rule) for number, rule in _by(org, call)]
    for layer, rules in enumerate(layers):
        found += [
            _matched("agent", f"agent/{layer}/{number}", layer, rule)
            for number, rule in _by(rules, call)
        ]
    return found


def rule_of(
    finding: Finding, org: Sequence[GateRule], layers: Sequence[Sequence[GateRule]]
) -> GateRule | None:
    """The rule that `finding` is about, if it is one."""
    match finding.id.split("/"):
        case ["org", number]:
            return org[int(number) - 1]
        case ["agent", layer, number]:
            return layers[int(layer)][int(number) - 1]
        case _:
            return None


def _by(rules: Sequence[GateRule], call: ExactCall) -> Iterator[tuple[int, GateRule]]:
    """The rules that match, with their numbers counted from 1."""
    return ((number, rule) for number, rule in enumerate(rules, 1) if rule.matches(call))


def _matched(
    source: Literal["org", "agent"], number: str, layer: int, rule: GateRule
) -> MatchedRule:
    reason = rule.reason or f"A rule of the {source}."
    return MatchedRule(id=number, source=source, layer=layer, effect=rule.effect, reason=reason)


def _check_regex(name: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the regex for `{name}` is broken: {error}") from error
    if _REPEATED_REPEAT.search(pattern):
        # Such a regex can take for ever on a text that somebody chose, and nothing can stop it.
        raise ValueError(f"the regex for `{name}` repeats a group that repeats itself, like (a+)+")


def _spellings(text: str) -> set[str]:
    """`a/../secret` and `/workspace/secret` are the path `secret` to a tool.

    A rule that forbids must see through that, and one that allows must not be led astray.
    """
    path = text.strip()
    return {text, posixpath.normpath(path), posixpath.normpath(path.removeprefix(_WORKSPACE))}


def _matches(pattern: str, text: str) -> bool:
    if pattern.startswith(_REGEX):
        return re.search(pattern.removeprefix(_REGEX), text) is not None
    return fnmatch.fnmatchcase(text, pattern)
