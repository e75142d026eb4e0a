"""Chat completions: translated to any model, or passed through to a server of the same words."""

from cadre.edge.openai_api.chat.endpoint import ChatCompletions
from cadre.edge.openai_api.chat.request import read_request

__all__ = ["ChatCompletions", "read_request"]
