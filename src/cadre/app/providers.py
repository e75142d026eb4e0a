"""The providers of models that the environment names, each by its customary variables."""

import asyncio
import os
from collections.abc import Awaitable
from typing import TypeVar

from cadre.app.settings import Settings
from cadre.engine.models import (
    KNOWN,
    Endpoint,
    EnvironmentProvider,
    ModelCard,
    from_environment,
    installed_models,
    model_names,
    tells_installed,
)
from cadre.infra.http_client import HttpClient, host_and_port
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError

Found = TypeVar("Found")

_ASK_SECONDS = 3.0
_log = get_logger("app")


async def providers_from(settings: Settings, http: HttpClient) -> list[EnvironmentProvider]:
    """What OPENAI_API_KEY, ANTHROPIC_BASE_URL, OLLAMA_HOST and their like say.

    A server of one's own is asked for its models if none are named: the catalog knows what a
    provider has at its own address, and nothing of other places.
    """
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_provider(found.endpoint, found.models, http))
            for found in from_environment(_variables(settings))
        ]
    return [task.result() for task in asked]


def environment_names(settings: Settings) -> list[str]:
    """The titles of the providers that the environment names."""
    return [found.known.title for found in from_environment(_variables(settings))]


def _variables(settings: Settings) -> dict[str, str]:
    """The environment, over what `cadre.toml` says of OpenAI."""
    key = settings.openai_api_key
    said = {
        "OPENAI_API_KEY": key.get_secret_value() if key is not None else "",
        "OPENAI_BASE_URL": settings.openai_base_url or "",
        "OPENAI_MODELS": ",".join(settings.openai_models),
    }
    return {**said, **os.environ}


async def _provider(
    endpoint: Endpoint, models: tuple[str, ...], http: HttpClient
) -> EnvironmentProvider:
    known = KNOWN[endpoint.provider]
    is_elsewhere = host_and_port(endpoint.base_url) != host_and_port(known.base_url)
    installed: tuple[ModelCard, ...] = ()
    if tells_installed(endpoint):
        installed = await _asked(endpoint, installed_models(http, endpoint))
        models = models or tuple(card.id for card in installed)
    elif not models and is_elsewhere:
        models = await _asked(endpoint, model_names(http, endpoint))
    return EnvironmentProvider(
        name=endpoint.provider,
        base_url=endpoint.base_url,
        key=endpoint.key,
        models=models,
        installed=installed,
    )


async def _asked(endpoint: Endpoint, asking: Awaitable[list[Found]]) -> tuple[Found, ...]:
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            return tuple(await asking)
    except (CadreError, TimeoutError) as error:
        _log.warning(
            "a provider of the environment did not name its models",
            provider=endpoint.provider,
            address=endpoint.base_url,
            error=str(error),
        )
        return ()
