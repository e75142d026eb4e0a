"""/v1beta/models as Google lists them, page by page: models, routes and agents."""

from urllib.parse import parse_qs

from cadre.engine.conversations import NamedModel
from cadre.infra.asgi import BadField
from cadre.kernel.messages import Json

PREFIX = "models/"
_PAGE_MODELS = 50
_MOST_MODELS = 1000
_METHODS = {
    "chat": ["generateContent", "countTokens"],
    "embedding": ["embedContent", "batchEmbedContents"],
}


def page_json(models: list[NamedModel], query: bytes) -> Json:
    """One page of `models`, as `query` asks for it."""
    asked = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    size, after = asked.get("pageSize", str(_PAGE_MODELS)), asked.get("pageToken", "0")
    if not _is_count(size):
        raise BadField("`pageSize` has to be a whole number.", field="pageSize")
    if not _is_count(after):
        raise BadField("`pageToken` is none that a page before gave.", field="pageToken")
    start = int(after)
    end = start + (min(int(size), _MOST_MODELS) or _PAGE_MODELS)
    shown: dict[str, Json] = {"models": [model_json(model) for model in models[start:end]]}
    if end < len(models):
        shown["nextPageToken"] = str(end)
    return shown


def _is_count(text: str) -> bool:
    """Whether `text` is a number of which no model list has more."""
    return text.isdecimal() and len(text) < 10


def model_json(model: NamedModel) -> Json:
    shown: dict[str, Json] = {
        "name": f"{PREFIX}{model.name}",
        "version": "1",
        "displayName": model.title,
        "description": f"By {model.owner}.",
        "inputTokenLimit": model.context_tokens,
        "outputTokenLimit": model.output_tokens,
        "supportedGenerationMethods": _METHODS.get(model.kind, []),
    }
    return {name: value for name, value in shown.items() if value is not None}
