"""Google's words: Gemini's generateContent and its embeddings."""

from cadre.engine.models.wires.gemini.embedder import GeminiEmbedder
from cadre.engine.models.wires.gemini.generate import Gemini, model_names
from cadre.engine.models.wires.gemini.passing import GeminiPassing

__all__ = ["Gemini", "GeminiEmbedder", "GeminiPassing", "model_names"]
