"""Anthropic's words: the Messages API, which Claude and some other servers speak."""

from cadre.engine.models.wires.anthropic.messages import (
    AnthropicMessages,
    model_names,
    passed,
)

__all__ = ["AnthropicMessages", "model_names", "passed"]
