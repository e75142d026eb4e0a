"""Chat completions: translated to any model, or passed through to a server of the same words."""

from cadre.edge.openai_api.chat.question import ChatQuestion

__all__ = ["ChatQuestion"]
