"""Functions that a model may call, and whether it has to."""

from cadre.edge.gemini_api.generate.schema import json_schema
from cadre.edge.gemini_api.spelling import several
from cadre.infra.asgi import Fields, check_schema
from cadre.kernel.messages import Json, ToolSpec

_MODES = ("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED")
_FUNCTIONS = "functionDeclarations"


def read_tools(body: Fields) -> tuple[list[ToolSpec], str]:
    """The declared functions that may be called, and the kernel's `tool_choice`."""
    tools: list[ToolSpec] = []
    for tool in several(body, "tools"):
        for name, value in tool.data.items():
            if name != _FUNCTIONS and value is not None:
                tool.unsupported(name, "Google's own tools work with Google's models only.")
        tools += [_tool(declared) for declared in several(tool, _FUNCTIONS)]
    config = body.object_or_none("toolConfig")
    calling = config.object_or_none("functionCallingConfig") if config is not None else None
    return (tools, "auto") if calling is None else _chosen(calling, tools)


def _tool(declared: Fields) -> ToolSpec:
    return ToolSpec(
        name=declared.text("name"),
        description=declared.text("description", ""),
        parameters=_parameters(declared),
    )


def _parameters(declared: Fields) -> dict[str, Json]:
    name = "parametersJsonSchema" if "parametersJsonSchema" in declared else "parameters"
    if name not in declared:
        return {"type": "object", "properties": {}}
    described = declared.object(name)
    if name == "parameters":
        schema = json_schema(described)
    else:
        schema = described.data
        check_schema(schema, described.path)
    if schema.get("type", "object") != "object":
        declared.refuse(name, 'has to describe an object: `"type": "OBJECT"`')
    return schema


def _chosen(calling: Fields, tools: list[ToolSpec]) -> tuple[list[ToolSpec], str]:
    mode = calling.choice("mode", _MODES) if "mode" in calling else "AUTO"
    names = calling.texts("allowedFunctionNames")
    strange = set(names) - {tool.name for tool in tools}
    if strange:
        shown = ", ".join(sorted(strange))[:200]
        calling.refuse("allowedFunctionNames", f"has {shown}, which `tools` does not declare")
    if mode == "NONE":
        return tools, "none"
    allowed = [tool for tool in tools if tool.name in names] if names else tools
    if mode != "ANY":
        return allowed, "auto"
    return allowed, names[0] if len(names) == 1 else "required"
