"""An agent's definition: YAML that people write, kept byte for byte as they wrote it.

The digest covers what it means, not how it is written: comments and order don't change it.
"""

import hashlib
import re
from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from cadre.engine.agents.errors import BadDefinition
from cadre.engine.approvals import canonical_json
from cadre.engine.gate import GateRule
from cadre.kernel.values import is_object

DEFINITION_CHARACTERS = 200_000
_NAME = r"^[a-z][a-z0-9_-]{0,62}$"
_LENT = r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$"


def _money(value: object) -> object:
    """A YAML number is a float; its text is the amount that was meant."""
    return str(value) if isinstance(value, float) else value


class Limits(BaseModel):
    """What one run may use. `minutes` is time at work: waiting for a person doesn't count."""

    model_config = ConfigDict(extra="forbid")

    steps: int = Field(default=30, ge=1, le=1000)
    cost_usd: Annotated[Decimal, BeforeValidator(_money)] = Field(default=Decimal("1.00"), gt=0)
    minutes: float = Field(default=15, gt=0, le=10_080)


class Context(BaseModel):
    """How much a model call may hold; what does not fit is left out, and said to be."""

    model_config = ConfigDict(extra="forbid")

    max_tokens: int = Field(default=32_000, ge=2_000, le=2_000_000)


class AgentDefinition(BaseModel):
    """What an agent is. Its tools may use no other `secrets` than these, and it sees none of them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=_NAME)
    description: str = Field(default="", max_length=500)
    instructions: str = Field(min_length=1, max_length=100_000)
    model: str = Field(default="default", min_length=1, max_length=300)
    tools: list[str] = Field(default_factory=list[str], max_length=200)
    secrets: list[Annotated[str, Field(pattern=_LENT)]] = Field(
        default_factory=list[str], max_length=100
    )
    rules: list[GateRule] = Field(default_factory=list[GateRule], max_length=200)
    limits: Limits = Field(default_factory=Limits)
    context: Context = Field(default_factory=Context)

    @property
    def digest(self) -> str:
        """Equal for equal meaning."""
        # Without what is not said, so that it stays the same where there was no such field yet.
        unsaid = set[str]() if self.secrets else {"secrets"}
        text = canonical_json(self.model_dump(mode="json", exclude=unsaid))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class RunDefinition(AgentDefinition):
    """A definition as a run holds it: with the rules of the agents that it works for."""

    inherited_rules: list[list[GateRule]] = Field(default_factory=list[list[GateRule]])

    @property
    def layers(self) -> list[list[GateRule]]:
        """The rules of every ancestor and its own; each layer can only narrow."""
        return [*self.inherited_rules, self.rules]


@lru_cache(256)
def read_definition(text: str) -> AgentDefinition:
    """Read YAML; raise `BadDefinition` that names the field and says what would be right."""
    if len(text) > DEFINITION_CHARACTERS:
        raise BadDefinition(f"A definition has at most {DEFINITION_CHARACTERS} characters.")
    try:
        data: object = yaml.load(text, _StrictLoader)  # noqa: S506  # a SafeLoader that refuses more
    except yaml.YAMLError as error:
        raise BadDefinition(_yaml_fault(error), field="yaml") from error
    except RecursionError as error:
        raise BadDefinition("The YAML is nested too deeply.", field="yaml") from error
    if not is_object(data):
        raise BadDefinition(
            "A definition is a list of fields, one a line, like `name: analyst`.", field="yaml"
        )
    try:
        return AgentDefinition.model_validate(data)
    except ValidationError as error:
        faults = [_fault(details) for details in error.errors()]
        raise BadDefinition(" ".join(said for _, said in faults), field=faults[0][0]) from error


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is written twice, and aliases, which can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("Aliases (*name) are not supported. Write the value out.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise yaml.YAMLError(f"Line {line} names `{key.value}` a second time. Remove one.")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml_fault(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return (
            f"The YAML breaks in line {mark.line + 1}, column {mark.column + 1}: {error.problem}."
        )
    return str(error)


def _fault(error: ErrorDetails) -> tuple[str, str]:
    """(field, sentence) of one fault."""
    field = re.sub(r"\.(\d+)", r"[\1]", ".".join(str(part) for part in error["loc"]))
    match error["type"]:
        case "missing":
            said = f"`{field}` is missing: add a line `{field}: ...`."
        case "extra_forbidden":
            said = f"`{field}` is not a field of an agent: remove it or correct its spelling."
        case "string_pattern_mismatch":
            said = (
                f"`{field}` has to start with a small letter and may go on with up to 62 small "
                "letters, digits, - and _."
            )
        case _:
            reason = error["msg"].removeprefix("Value error, ").rstrip(".")
            said = f"`{field}`: {reason[:1].lower()}{reason[1:]}."
    return field, said
