"""What is installed at an Ollama, as cards: what each model can do, and how much it reads.

A model on one's own machine costs nothing; one that Ollama passes on to its cloud has a price
that nobody tells, so it has none.
"""

import asyncio
from collections.abc import Sequence

import orjson

from cadre.engine.models.card import Capability, Kind, ModelCard
from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.providers.ollama import OLLAMA, root
from cadre.engine.models.providers.registry import provider_of
from cadre.engine.models.wires.openai import Upstream
from cadre.engine.models.wires.openai.listing import model_names
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json
from cadre.kernel.values import is_object

_AT_ONCE = 4
_PATIENCE = Patience(idle_seconds=15.0)
_CAPABILITIES: dict[str, Capability] = {
    "tools": "tools",
    "vision": "vision",
    "thinking": "reasoning",
    "audio": "audio",
}


def tells_installed(endpoint: Endpoint) -> bool:
    """Whether the server at `endpoint` says what each of its models can do."""
    return provider_of(endpoint) is OLLAMA


async def installed_models(http: HttpClient, endpoint: Endpoint) -> list[ModelCard]:
    """A card for each model that the Ollama at `endpoint` has, by name."""
    upstream = Upstream(http, root(endpoint), _PATIENCE, OLLAMA.deviations)
    names = await model_names(http, root(endpoint), path=OLLAMA.models_path)
    places = asyncio.Semaphore(_AT_ONCE)

    async def card(name: str) -> ModelCard:
        async with places:
            return _card(endpoint.provider, name, await _shown(upstream, name))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(card(name)) for name in names]
    return [task.result() for task in tasks]


async def _shown(upstream: Upstream, name: str) -> dict[str, Json]:
    """What Ollama tells about a model; nothing if it does not know how to."""
    try:
        shown = await upstream.ask("POST", "api/show", orjson.dumps({"model": name}))
    except CadreError:
        return {}
    return shown if is_object(shown) else {}


def _card(provider: str, name: str, shown: dict[str, Json]) -> ModelCard:
    told: Sequence[str] = shown.get("capabilities") or ("completion",)
    kind: Kind = "chat" if "completion" in told else "embedding"
    is_passed_on = name.endswith(("-cloud", ":cloud"))
    return ModelCard(
        provider=provider,
        id=name,
        kind=kind,
        capabilities=_capabilities(kind, told),
        context_tokens=_context_tokens(shown.get("model_info")),
        price=None if is_passed_on else Price.model_validate({"input": 0, "output": 0}),
        source="discovered",
    )


def _capabilities(kind: Kind, told: Sequence[str]) -> list[Capability]:
    if kind == "embedding":
        return ["embeddings"]
    always: list[Capability] = ["text", "structured_output"]
    return always + [_CAPABILITIES[name] for name in told if name in _CAPABILITIES]


def _context_tokens(info: Json) -> int | None:
    if not is_object(info):
        return None
    lengths = [value for name, value in info.items() if name.endswith(".context_length")]
    return int(lengths[0]) if lengths and lengths[0] else None
