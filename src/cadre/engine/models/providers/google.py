"""Google: Gemini, in Gemini's own words."""

from cadre.engine.models.providers.known import KnownProvider

GOOGLE = KnownProvider(
    name="google",
    title="Google Gemini",
    wire="gemini",
    base_url="https://generativelanguage.googleapis.com",
    key_variable="GEMINI_API_KEY",
    url_variable="GEMINI_BASE_URL",
    docs="https://ai.google.dev/api",
    other_key_variables=("GOOGLE_API_KEY",),
)
