"""The door that speaks OpenAI's words: chat completions, responses, embeddings, audio, models.

Any model and any agent of an org can be asked through it with an unmodified OpenAI client.
"""

from cadre.edge.openai_api.door import OpenAIApi

__all__ = ["OpenAIApi"]
