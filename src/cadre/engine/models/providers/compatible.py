"""Any other server that speaks OpenAI's words: llama.cpp, vLLM, LM Studio, proxies.

It gets the oldest names that all of them understand. OpenAI's own reasoning models behind a
proxy keep their rules; what only OpenAI's service offers (cache keys, base64) is not asked for.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.providers.openai import FAMILIES
from cadre.engine.models.wires.openai import Deviations, efforts

_PROXIED = tuple(
    (
        pattern,
        replace(
            rules,
            speaks="chat",
            keeps_thoughts=False,
            cache=None,
            embeds_as="float",
            tells_speech_usage=False,
        ),
    )
    for pattern, rules in FAMILIES
)

COMPATIBLE = KnownProvider(
    name="compatible",
    title="OpenAI-compatible server",
    wire="openai",
    base_url="http://127.0.0.1:8080/v1",
    key_variable="",
    url_variable="",
    docs="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    needs_key=False,
    deviations=Deviations(
        efforts=efforts(none="none", minimal="low", low="low", medium="medium", high="high"),
        families=_PROXIED,
    ),
)
