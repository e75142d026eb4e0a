"""The models that a server says it has: the cheapest call that proves address and key."""

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.openai.deviations import OPENAI_LIKE, Deviations
from cadre.engine.models.wires.openai.upstream import Upstream
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

_PATIENCE = Patience(idle_seconds=15.0)


async def model_names(
    http: HttpClient,
    endpoint: Endpoint,
    *,
    path: str = "models",
    deviations: Deviations = OPENAI_LIKE,
) -> list[str]:
    """Sorted; OpenAI's shape, a bare list, or Ollama's."""
    listed = await Upstream(http, endpoint, _PATIENCE, deviations).ask("GET", path)
    try:
        items: Json = listed.get("data", listed.get("models")) if is_object(listed) else listed
        return sorted({_name(item) for item in items})
    except (KeyError, TypeError) as error:
        raise ModelReplyBroken(
            f"{endpoint.provider} does not list models the way OpenAI does. Check the base URL."
        ) from error


def _name(item: Json) -> str:
    return str(item["id"] if "id" in item else item["name"])
