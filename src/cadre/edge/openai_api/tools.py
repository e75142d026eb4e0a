"""Tools and the format of an answer, as both of OpenAI's APIs describe them."""

import re

from cadre.infra.asgi import Fields, check_schema
from cadre.kernel.messages import AnswerFormat, Json, ReasoningEffort, ToolSpec

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EFFORTS: dict[str, ReasoningEffort] = {
    "none": "none",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}


def tool_spec(function: Fields) -> ToolSpec:
    """The tool that `function` describes by name, description and parameters."""
    name = function.text("name")
    if not _NAME.fullmatch(name):
        function.refuse("name", "has to be 1 to 64 letters, digits, _ or -")
    parameters: dict[str, Json] = {"type": "object", "properties": {}}
    if "parameters" in function:
        parameters = function.object("parameters").data
        check_schema(parameters, function.place("parameters"))
        if parameters.get("type", "object") != "object":
            function.refuse("parameters", 'has to describe an object: `"type": "object"`')
    return ToolSpec(name=name, description=function.text("description", ""), parameters=parameters)


def answer_format(described: Fields) -> AnswerFormat:
    """The format that `described` holds: name, schema, strict."""
    schema = described.object("schema").data
    check_schema(schema, described.place("schema"))
    return AnswerFormat(
        name=described.text("name", "answer"),
        json_schema=schema,
        strict=described.flag("strict") is not False,
    )


def reasoning_effort(fields: Fields, name: str) -> ReasoningEffort | None:
    if name not in fields:
        return None
    return _EFFORTS[fields.choice(name, tuple(_EFFORTS))]
