"""The door for clients that speak Anthropic's words: messages, and models as Anthropic lists them."""

from collections.abc import MutableMapping
from typing import Any

from cadre.edge.anthropic_api.errors import DIALECT
from cadre.edge.anthropic_api.messages import CountQuestion, MessageQuestion
from cadre.edge.anthropic_api.models import model_json, page_json
from cadre.edge.gateway import Address, Addresses, Admission, Asking, Door, ModelsList
from cadre.engine.conversations import AgentModels, Names
from cadre.engine.models import Models
from cadre.infra.asgi import RequestFiles

BODY_BYTES = 20 * 1024 * 1024
_MESSAGES = "/v1/messages"


class AnthropicApi(Door):
    """An ASGI app for Anthropic's clients."""

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
        asking = Asking(models, agents, files)
        count = asking.counts(CountQuestion, lambda tokens: {"input_tokens": tokens})
        addresses = {
            _MESSAGES: Address(asking.answers(MessageQuestion), body_bytes),
            f"{_MESSAGES}/count_tokens": Address(count, body_bytes),
        }
        listing = ModelsList(names, page_json, model_json)
        super().__init__(DIALECT, admission, names, Addresses(addresses, "/v1/models", listing))

    @staticmethod
    def is_meant(scope: MutableMapping[str, Any]) -> bool:
        """Whether a request is in Anthropic's words, for who serves both doors at one host."""
        path: str = scope["path"]
        if path == _MESSAGES or path.startswith(f"{_MESSAGES}/"):
            return True
        return any(name == b"anthropic-version" for name, _ in scope["headers"])
