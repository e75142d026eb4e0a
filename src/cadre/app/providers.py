"""The provider of models that the environment names, if any."""

import asyncio

from cadre.app.settings import Settings
from cadre.engine.models import OPENAI_URL, Endpoint, EnvironmentProvider, model_names
from cadre.infra.http_client import HttpClient
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError

_ASK_SECONDS = 3.0
_log = get_logger("app")


async def providers_from(settings: Settings, http: HttpClient) -> tuple[EnvironmentProvider, ...]:
    """What OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODELS say.

    A server of one's own is asked for its models if none are named: with no name the offline
    operator would answer although a model was set up.
    """
    key = None if settings.openai_api_key is None else settings.openai_api_key.get_secret_value()
    url = settings.openai_base_url
    if key is None and url is None:
        return ()
    models = tuple(settings.openai_models)
    if url is not None and not models:
        models = await _ask(Endpoint("openai", url, key), http)
    return (EnvironmentProvider(base_url=url or OPENAI_URL, key=key, models=models),)


async def _ask(endpoint: Endpoint, http: HttpClient) -> tuple[str, ...]:
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            names = await model_names(http, endpoint)
    except (CadreError, TimeoutError) as error:
        _log.warning(
            "the server at OPENAI_BASE_URL did not name its models: set OPENAI_MODELS",
            error=str(error),
        )
        return ()
    # Names that only embed text can't answer; those that can come first.
    return tuple(sorted(names, key=lambda name: "embed" in name))
