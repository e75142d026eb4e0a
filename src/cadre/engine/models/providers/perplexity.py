"""Perplexity: every answer searches first, and says where it found what it says.

The Agent API speaks OpenAI's Responses and serves `perplexity/sonar` and other makers' models.
The older Sonar models speak chat: roles must alternate, there are no tools, JSON comes by schema
only, reasoning is inlined. Both say what an answer cost, because search has a price of its own.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import OPENAI_EFFORTS, Deviations, efforts

_SONAR = Deviations(
    has_stream_options=False,
    refuses=frozenset({"tools", "required_tool", "named_tool", "parallel_calls", "audio"}),
    leaves_out=frozenset({"seed", "parallel_calls"}),
    efforts={},
    has_json_object=False,
    alternates_roles=True,
    document_as="file_url",
    searches_each_time=True,
    reports_cost=True,
)
_REASONING = replace(
    _SONAR,
    efforts={
        **OPENAI_EFFORTS,
        "none": {"reasoning_effort": "minimal"},
    },
)

_AGENT = Deviations(
    speaks="responses",
    responses_path="v1/responses",
    format_as="response_format",
    refuses=frozenset(
        {"required_tool", "named_tool", "parallel_calls", "stop", "audio", "documents"}
    ),
    leaves_out=frozenset({"temperature", "top_p", "parallel_calls"}),
    efforts=efforts(none="minimal", minimal="minimal", low="low", medium="medium", high="high"),
    has_json_object=False,
    # No search tool means no search, whatever the model is called.
    own_tools=({"type": "web_search"},),
    reports_cost=True,
)
_EMBED = replace(
    _AGENT, embeddings_path="v1/embeddings", embeds_as="base64_int8", embeds_at_once=512
)

PERPLEXITY = KnownProvider(
    name="perplexity",
    title="Perplexity",
    wire="openai",
    base_url="https://api.perplexity.ai",
    key_variable="PERPLEXITY_API_KEY",
    url_variable="PERPLEXITY_BASE_URL",
    docs="https://docs.perplexity.ai/api-reference",
    models_path="v1/models",
    deviations=replace(
        _AGENT,
        families=(
            (r"^pplx-embed", _EMBED),
            (r"^sonar.*(reasoning|deep-research)", _REASONING),
            (r"^(sonar|llama|r1)", _SONAR),
        ),
    ),
)
