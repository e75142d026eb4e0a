"""Responses: OpenAI's newer API, stateless here, translated to any model."""

from cadre.edge.openai_api.responses.endpoint import Responses

__all__ = ["Responses"]
