"""Usage in Gemini's words. Their count of output leaves out the thoughts."""

from cadre.kernel.messages import Json, Usage


def usage_json(usage: Usage) -> dict[str, Json]:
    """As generated content tells it."""
    said: dict[str, Json] = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_tokens:
        said["cachedContentTokenCount"] = usage.cached_tokens
    if usage.reasoning_tokens:
        said["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.audio_input_tokens:
        said["promptTokensDetails"] = [
            _detail("TEXT", usage.input_tokens - usage.audio_input_tokens),
            _detail("AUDIO", usage.audio_input_tokens),
        ]
    return said


def _detail(modality: str, tokens: int) -> dict[str, Json]:
    return {"modality": modality, "tokenCount": tokens}
