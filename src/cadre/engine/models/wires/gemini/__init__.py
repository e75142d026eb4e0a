"""Google's words: Gemini's generateContent and its embeddings."""

from cadre.engine.models.wires.gemini.embedder import GeminiEmbedder
from cadre.engine.models.wires.gemini.generate import Gemini, model_names

__all__ = ["Gemini", "GeminiEmbedder", "model_names"]
