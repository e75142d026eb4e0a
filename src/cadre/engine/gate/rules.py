"""Rules: which calls are allowed, asked about or denied. The strictest one that matches wins.

Rules come in layers: the org's with those of the agent, the same again for every child of
that agent. Each layer is decided on its own and the strictest decision counts, so that a
child can only narrow what its parent may do.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cadre.engine.approvals import ExactCall, canonical_json
from cadre.engine.tools import Tool
from cadre.kernel.messages import Json

Effect: TypeAlias = Literal["allow", "ask", "deny"]
Source: TypeAlias = Literal["default", "org", "agent"]

_STRICTNESS: dict[Effect, int] = {"allow": 0, "ask": 1, "deny": 2}
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


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of a call; `rule` is None if no rule does and the default counts."""

    effect: Effect
    reason: str
    source: Source
    rule: GateRule | None = None


def decide(
    tool: Tool,
    call: ExactCall,
    *,
    org: Sequence[GateRule],
    layers: Sequence[Sequence[GateRule]],
    tainted: bool,
) -> Decision:
    """Decide `call`. `layers` are the rules of the agent's ancestors and of itself.

    After content from outside was seen (`tainted`), no rule makes a dangerous tool free.
    """
    decisions = [
        _decide_layer(tool, call, org=org, agent=layer, tainted=tainted) for layer in layers or [()]
    ]
    return _strictest(decisions)


def default_decision(tool: Tool) -> Decision:
    """What counts where no rule speaks."""
    if tool.dangerous:
        return Decision("ask", f"{tool.name} is dangerous, so a person is asked.", "default")
    if tool.outside:
        # What leaves with the request (an address, a query) may be what was read before.
        reason = f"{tool.name} speaks with the world outside, so a person is asked."
        return Decision("ask", reason, "default")
    why = "only reads" if tool.read_only else "acts only inside its bounds"
    return Decision("allow", f"{tool.name} {why}.", "default")


def _decide_layer(
    tool: Tool,
    call: ExactCall,
    *,
    org: Sequence[GateRule],
    agent: Sequence[GateRule],
    tainted: bool,
) -> Decision:
    default = default_decision(tool)
    matching = [*_matching("org", org, call), *_matching("agent", agent, call)]
    if not matching:
        return default
    strictest = _strictest(matching)
    if tainted and _STRICTNESS[strictest.effect] < _STRICTNESS[default.effect]:
        reason = f"{default.reason} A rule allows it, but the run has read content from outside."
        return Decision(default.effect, reason, strictest.source, strictest.rule)
    return strictest


def _matching(source: Source, rules: Iterable[GateRule], call: ExactCall) -> list[Decision]:
    return [
        Decision(rule.effect, rule.reason or f"A rule of the {source}.", source, rule)
        for rule in rules
        if rule.matches(call)
    ]


def _strictest(decisions: Sequence[Decision]) -> Decision:
    return max(decisions, key=lambda decision: _STRICTNESS[decision.effect])


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
