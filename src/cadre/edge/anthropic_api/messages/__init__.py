"""Messages: translated to any model, or passed through to a server of the same words."""

from cadre.edge.anthropic_api.messages.endpoint import Messages
from cadre.edge.anthropic_api.messages.request import read_messages, read_request

__all__ = ["Messages", "read_messages", "read_request"]
