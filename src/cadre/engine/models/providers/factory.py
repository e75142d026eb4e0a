"""The right class for an endpoint: by its wire, and by what is known of its provider.

Adapters are imported when they are first wanted, so a start costs nothing for those that are
not in use.
"""

from cadre.engine.models.card import ModelCard
from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import FeatureMissing
from cadre.engine.models.ports import ChatModel, Embedder, Speaker, Transcriber
from cadre.engine.models.prices import Price
from cadre.engine.models.providers.ollama import OLLAMA, root
from cadre.engine.models.providers.registry import provider_of
from cadre.engine.models.wires.openai import (
    Deviations,
    OpenAICompatible,
    OpenAIEmbedder,
    OpenAIResponses,
    OpenAISpeaker,
    OpenAITranscriber,
)
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient


def deviations_of(endpoint: Endpoint) -> Deviations:
    """How the server at `endpoint` differs from OpenAI, for all of its models."""
    return provider_of(endpoint).deviations


def chat_model(
    http: HttpClient,
    blobs: Blobs,
    endpoint: Endpoint,
    model: ModelCard | str,
    price: Price | None = None,
    *,
    patience: Patience | None = None,
) -> ChatModel:
    """A model that can be asked; a card's own price holds unless another is given."""
    name, price = _name(model), _price(model, price)
    match endpoint.wire:
        case "anthropic":
            from cadre.engine.models.wires.anthropic import AnthropicMessages

            return AnthropicMessages(http, blobs, endpoint, name, price=price, patience=patience)
        case "gemini":
            from cadre.engine.models.wires.gemini import Gemini

            return Gemini(http, blobs, endpoint, name, price=price, patience=patience)
        case "openai":
            deviations = deviations_of(endpoint)
            is_newer = deviations.of(name).speaks == "responses"
            adapter = OpenAIResponses if is_newer else OpenAICompatible
            return adapter(
                http, blobs, endpoint, name, deviations=deviations, price=price, patience=patience
            )
        case "offline":
            raise _nobody_there(endpoint)


def embedder(
    http: HttpClient,
    endpoint: Endpoint,
    model: ModelCard | str,
    price: Price | None = None,
    *,
    patience: Patience | None = None,
) -> Embedder:
    """A model that embeds, or raise `FeatureMissing` if the provider has none."""
    name, price = _name(model), _price(model, price)
    if endpoint.wire == "gemini":
        from cadre.engine.models.wires.gemini import GeminiEmbedder

        return GeminiEmbedder(http, endpoint, name, price=price, patience=patience)
    _need_openai(endpoint, "embeddings")
    deviations = deviations_of(endpoint)
    return OpenAIEmbedder(
        http, endpoint, name, deviations=deviations, price=price, patience=patience
    )


def speaker(
    http: HttpClient,
    endpoint: Endpoint,
    model: ModelCard | str,
    price: Price | None = None,
    *,
    patience: Patience | None = None,
) -> Speaker:
    """A model that reads aloud, or raise `FeatureMissing` if the provider has none."""
    _need_openai(endpoint, "text to speech")
    return OpenAISpeaker(
        http,
        endpoint,
        _name(model),
        deviations=deviations_of(endpoint),
        price=_price(model, price),
        patience=patience,
    )


def transcriber(
    http: HttpClient,
    endpoint: Endpoint,
    model: ModelCard | str,
    price: Price | None = None,
    *,
    patience: Patience | None = None,
) -> Transcriber:
    """A model that writes down speech, or raise `FeatureMissing` if the provider has none."""
    _need_openai(endpoint, "speech to text")
    return OpenAITranscriber(
        http,
        endpoint,
        _name(model),
        deviations=deviations_of(endpoint),
        price=_price(model, price),
        patience=patience,
    )


async def model_names(http: HttpClient, endpoint: Endpoint) -> list[str]:
    """Ask the provider which models it has: proves its address and key."""
    match endpoint.wire:
        case "anthropic":
            from cadre.engine.models.wires.anthropic import model_names as from_anthropic

            return await from_anthropic(http, endpoint)
        case "gemini":
            from cadre.engine.models.wires.gemini import model_names as from_gemini

            return await from_gemini(http, endpoint)
        case "openai":
            return await _openai_names(http, endpoint)
        case "offline":
            raise _nobody_there(endpoint)


async def _openai_names(http: HttpClient, endpoint: Endpoint) -> list[str]:
    from cadre.engine.models.wires.openai.listing import model_names as from_openai

    known = provider_of(endpoint)
    return await from_openai(
        http,
        root(endpoint) if known is OLLAMA else endpoint,
        path=known.models_path,
        deviations=known.deviations,
    )


def _need_openai(endpoint: Endpoint, what: str) -> None:
    if endpoint.wire != "openai":
        raise FeatureMissing(
            f"{endpoint.provider} has no {what} here: choose a model of another provider.",
            field="model",
        )


def _nobody_there(endpoint: Endpoint) -> FeatureMissing:
    return FeatureMissing(f"{endpoint.provider} is not reached over a wire.", field="model")


def _name(model: ModelCard | str) -> str:
    return model if isinstance(model, str) else model.id


def _price(model: ModelCard | str, price: Price | None) -> Price | None:
    return model.price if price is None and isinstance(model, ModelCard) else price
