"""Messages: translated to any model, or passed through to a server of the same words."""

from cadre.edge.anthropic_api.messages.question import CountQuestion, MessageQuestion

__all__ = ["CountQuestion", "MessageQuestion"]
