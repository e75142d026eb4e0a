"""Chunks in the shapes that Gemini's reference gives, for what aimock does not send."""

from typing import Any

Chunk = dict[str, Any]


def chunk(*parts: Chunk, stop: str | None = None, **candidate: Any) -> Chunk:
    found: Chunk = {"content": {"role": "model", "parts": [*parts]}, "index": 0, **candidate}
    if stop is not None:
        found["finishReason"] = stop
    return {"candidates": [found], "modelVersion": "gemini-3.5-flash-001", "responseId": "r1"}


def text(said: str, **more: Any) -> Chunk:
    return {"text": said, **more}


def thought(said: str) -> Chunk:
    return {"text": said, "thought": True}


def call(name: str, args: Chunk, **more: Any) -> Chunk:
    return {"functionCall": {"name": name, "args": args, **more}}


def usage(**counts: Any) -> Chunk:
    return {"usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 20, **counts}}


BLOCKED: Chunk = {
    "promptFeedback": {
        "blockReason": "PROHIBITED_CONTENT",
        "safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH"}],
    },
    "usageMetadata": {"promptTokenCount": 10, "totalTokenCount": 10},
    "modelVersion": "gemini-3.5-flash-001",
}
OVERLOADED: Chunk = {
    "error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}
}
GROUNDED: Chunk = {
    "groundingMetadata": {
        "webSearchQueries": ["do cats purr", "purring"],
        "searchEntryPoint": {"renderedContent": "<div></div>"},
        "groundingChunks": [
            {"web": {"uri": "https://example.org/cats", "title": "Cats"}},
            {"web": {"uri": "https://example.org/dogs", "title": "Dogs"}},
            {"retrievedContext": {"uri": "gs://x"}},
        ],
        "groundingSupports": [
            {
                "segment": {"startIndex": 0, "endIndex": 10, "text": "Cats purr."},
                "groundingChunkIndices": [0],
            },
            {"segment": {"text": "Out of range."}, "groundingChunkIndices": [2, 9]},
        ],
    }
}
