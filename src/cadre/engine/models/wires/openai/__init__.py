"""OpenAI's words, which most providers and local servers speak too."""

from cadre.engine.models.wires.openai.chat import OpenAICompatible
from cadre.engine.models.wires.openai.deviations import (
    OPENAI_EFFORTS,
    OPENAI_LIKE,
    Deviations,
    efforts,
)
from cadre.engine.models.wires.openai.embeddings import OpenAIEmbedder
from cadre.engine.models.wires.openai.passing import OpenAIPassing, may_pass
from cadre.engine.models.wires.openai.responses import OpenAIResponses
from cadre.engine.models.wires.openai.speech import OpenAISpeaker
from cadre.engine.models.wires.openai.transcription import OpenAITranscriber
from cadre.engine.models.wires.openai.upstream import Upstream

__all__ = [
    "OPENAI_EFFORTS",
    "OPENAI_LIKE",
    "Deviations",
    "OpenAICompatible",
    "OpenAIEmbedder",
    "OpenAIPassing",
    "OpenAIResponses",
    "OpenAISpeaker",
    "OpenAITranscriber",
    "Upstream",
    "efforts",
    "may_pass",
]
