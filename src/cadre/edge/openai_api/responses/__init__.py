"""Responses: OpenAI's newer API, stateless here, translated to any model."""

from cadre.edge.openai_api.responses.question import ResponseQuestion

__all__ = ["ResponseQuestion"]
