"""Generated content: translated to any model, or passed through to a server of the same words."""

from cadre.edge.gemini_api.generate.endpoint import Generate

__all__ = ["Generate"]
