"""Anthropic: Claude, in Anthropic's own words."""

from cadre.engine.models.providers.known import KnownProvider

ANTHROPIC = KnownProvider(
    name="anthropic",
    title="Anthropic",
    wire="anthropic",
    base_url="https://api.anthropic.com",
    key_variable="ANTHROPIC_API_KEY",
    url_variable="ANTHROPIC_BASE_URL",
    docs="https://docs.claude.com/en/api/messages",
)
