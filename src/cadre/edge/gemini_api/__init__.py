"""The door that speaks Gemini's words: generated content, counting of tokens, embeddings, models.

Any model and any agent of an org can be asked through it with an unmodified Google client.
"""

from cadre.edge.gemini_api.door import GeminiApi

__all__ = ["GeminiApi"]
