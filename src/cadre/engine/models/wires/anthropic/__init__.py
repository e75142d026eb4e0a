"""Anthropic's words: the Messages API, which Claude and some other servers speak."""

from cadre.engine.models.wires.anthropic.messages import AnthropicMessages, model_names
from cadre.engine.models.wires.anthropic.passing import AnthropicPassing

__all__ = ["AnthropicMessages", "AnthropicPassing", "model_names"]
