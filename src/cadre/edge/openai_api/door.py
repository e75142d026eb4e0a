"""The door for clients that speak OpenAI's words: everything below /v1."""

from cadre.edge.gateway import Address, Addresses, Admission, Asking, Door, ModelsList
from cadre.edge.openai_api.audio import AUDIO_BYTES, Audio
from cadre.edge.openai_api.chat import ChatQuestion
from cadre.edge.openai_api.embeddings import EmbeddingsEndpoint
from cadre.edge.openai_api.errors import DIALECT
from cadre.edge.openai_api.models import model_json, page_json
from cadre.edge.openai_api.responses import ResponseQuestion
from cadre.engine.conversations import AgentModels, Names
from cadre.engine.models import Models
from cadre.infra.asgi import RequestFiles

BODY_BYTES = 20 * 1024 * 1024


class OpenAIApi(Door):
    """An ASGI app for OpenAI's clients."""

    def __init__(
        self,
        *,
        admission: Admission,
        models: Models,
        agents: AgentModels,
        files: RequestFiles,
        names: Names,
        body_bytes: int = BODY_BYTES,
    ) -> None:
        asking, audio = Asking(models, agents, files), Audio(models)
        audio_bytes = max(body_bytes, AUDIO_BYTES)
        addresses = {
            "/v1/chat/completions": Address(asking.answers(ChatQuestion), body_bytes),
            "/v1/responses": Address(asking.answers(ResponseQuestion), body_bytes),
            "/v1/embeddings": Address(EmbeddingsEndpoint(models), body_bytes),
            "/v1/audio/speech": Address(audio.speech, body_bytes),
            "/v1/audio/transcriptions": Address(audio.transcription, audio_bytes),
            "/v1/audio/translations": Address(audio.translation, audio_bytes),
        }
        listing = ModelsList(names, page_json, model_json)
        super().__init__(DIALECT, admission, names, Addresses(addresses, "/v1/models", listing))
