"""/v1/models: what can be asked for by name: models, routes and agents."""

from cadre.engine.conversations import NamedModel
from cadre.kernel.messages import Json


def page_json(models: list[NamedModel], _query: bytes) -> Json:
    """All of them: OpenAI's list has one page."""
    return {"object": "list", "data": [model_json(model) for model in models]}


def model_json(model: NamedModel) -> Json:
    return {
        "id": model.name,
        "object": "model",
        "created": 0,
        "owned_by": model.owner,
        "shutdown_date": model.ends_on.isoformat() if model.ends_on else None,
    }
