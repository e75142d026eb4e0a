"""Generated content: translated to any model, or passed through to a server of the same words."""

from cadre.edge.gemini_api.generate.question import (
    CountQuestion,
    GenerateQuestion,
    StreamQuestion,
)

__all__ = ["CountQuestion", "GenerateQuestion", "StreamQuestion"]
