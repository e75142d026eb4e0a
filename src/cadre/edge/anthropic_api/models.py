"""/v1/models as Anthropic lists them, page by page: models, routes and agents."""

from urllib.parse import parse_qs

from cadre.engine.conversations import NamedModel
from cadre.infra.asgi import BadField
from cadre.kernel.messages import Json

_LONG_AGO = "1970-01-01T00:00:00Z"  # what Anthropic itself says where it does not know
_LIFECYCLE = {"current": "active", "deprecated": "deprecated", "retired": "retired"}


def page_json(models: list[NamedModel], query: bytes) -> Json:
    """One page of `models`, as `query` asks for it."""
    page, has_more = _page([model.name for model in models], query)
    data = [model_json(model) for model in models if model.name in page]
    return {
        "data": data,
        "has_more": has_more,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def _page(names: list[str], query: bytes) -> tuple[set[str], bool]:
    """The names of one page, and whether there are more behind it."""
    asked = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    limit = asked.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        raise BadField("`limit` has to be a whole number from 1 to 1000.", field="limit")
    after, before = asked.get("after_id"), asked.get("before_id")
    if after in names:
        names = names[names.index(after) + 1 :]
    if before in names:
        names = names[: names.index(before)]
        return set(names[-int(limit) :]), len(names) > int(limit)
    return set(names[: int(limit)]), len(names) > int(limit)


def model_json(model: NamedModel) -> dict[str, Json]:
    return {
        "type": "model",
        "id": model.name,
        "display_name": model.title,
        "created_at": _LONG_AGO,
        "lifecycle": _LIFECYCLE[model.status],
        "max_input_tokens": model.context_tokens,
        "max_tokens": model.output_tokens,
        "retires_at": f"{model.ends_on.isoformat()}T00:00:00Z" if model.ends_on else None,
    }
