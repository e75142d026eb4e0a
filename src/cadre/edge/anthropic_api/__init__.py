"""The door that speaks Anthropic's words: messages, counting of tokens, models.

Any model and any agent of an org can be asked through it with an unmodified Anthropic client.
"""

from cadre.edge.anthropic_api.door import AnthropicApi

__all__ = ["AnthropicApi"]
