"""Providers from variables: which are there, where they are, and what is wrong with them."""

import pytest

from cadre.engine.models.endpoints import Wire
from cadre.engine.models.providers import (
    KNOWN,
    BadVariable,
    ProviderFromVariables,
    from_environment,
)


def only(env: dict[str, str]) -> ProviderFromVariables:
    (found,) = from_environment(env)
    return found


def test_without_variables_there_is_nobody():
    assert from_environment({}) == []
    assert from_environment({"OPENAI_API_KEY": "  ", "OLLAMA_HOST": "", "PATH": "/bin"}) == []


@pytest.mark.parametrize(
    ("variable", "name", "wire", "url"),
    [
        ("OPENAI_API_KEY", "openai", "openai", "https://api.openai.com/v1"),
        ("ANTHROPIC_API_KEY", "anthropic", "anthropic", "https://api.anthropic.com"),
        ("GEMINI_API_KEY", "google", "gemini", "https://generativelanguage.googleapis.com"),
        ("GOOGLE_API_KEY", "google", "gemini", "https://generativelanguage.googleapis.com"),
        ("GROQ_API_KEY", "groq", "openai", "https://api.groq.com/openai/v1"),
        ("PERPLEXITY_API_KEY", "perplexity", "openai", "https://api.perplexity.ai"),
        ("XAI_API_KEY", "xai", "openai", "https://api.x.ai/v1"),
        ("MOONSHOT_API_KEY", "moonshot", "openai", "https://api.moonshot.ai/v1"),
        (
            "DASHSCOPE_API_KEY",
            "dashscope",
            "openai",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        ),
    ],
)
def test_a_key_alone_is_enough(variable: str, name: str, wire: Wire, url: str):
    found = only({variable: " secret\n"})

    assert found.name == name
    assert found.key_variable == variable
    assert found.url_variable is None
    endpoint = found.endpoint
    assert (endpoint.provider, endpoint.base_url, endpoint.wire) == (name, url, wire)
    assert endpoint.key == "secret"


@pytest.mark.parametrize(
    "name",
    [
        known.name
        for known in KNOWN.values()
        if known.url_variable != "OLLAMA_HOST" and known.key_variable
    ],
)
def test_every_provider_may_be_elsewhere(name: str):
    variable = KNOWN[name].url_variable
    assert variable.endswith("_BASE_URL")

    found = only({variable: "http://127.0.0.1:4010/v1/"})

    assert found.endpoint.base_url == "http://127.0.0.1:4010/v1"
    assert found.key is None
    assert found.url_variable == variable


def test_gemini_prefers_its_own_key():
    found = only({"GOOGLE_API_KEY": "other", "GEMINI_API_KEY": "own"})

    assert (found.key, found.key_variable) == ("own", "GEMINI_API_KEY")


def test_several_come_in_a_fixed_order_with_their_models():
    found = from_environment(
        {
            "XAI_API_KEY": "x",
            "OPENAI_API_KEY": "o",
            "OPENAI_MODELS": "gpt-4.1, gpt-4.1-mini,,",
            "OLLAMA_HOST": "",
        }
    )

    assert [provider.name for provider in found] == ["openai", "xai"]
    assert found[0].models == ("gpt-4.1", "gpt-4.1-mini")
    assert found[1].models == ()


def test_a_key_is_never_shown():
    found = only({"OPENAI_API_KEY": "sk-secret"})

    assert "sk-secret" not in repr(found)
    assert "sk-secret" not in repr(found.endpoint)


@pytest.mark.parametrize(
    "variable", ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GROQ_BASE_URL", "GEMINI_BASE_URL"]
)
@pytest.mark.parametrize(
    "value",
    [
        "api.groq.com",
        "ftp://host/v1",
        "http://",
        "http://host:99999/v1",
        "http://host:port/v1",
        "http://[::1/v1",
        "https://user:secret@host/v1",
        "https://host/v1?key=secret",
        "sk-secret",
    ],
)
def test_an_address_that_is_none_is_named_and_not_quoted(variable: str, value: str):
    with pytest.raises(BadVariable, match=variable) as caught:
        from_environment({variable: value})

    assert caught.value.field == variable
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("gpu-box", "http://gpu-box:11434/v1"),
        ("gpu-box:1234", "http://gpu-box:1234/v1"),
        ("http://gpu-box", "http://gpu-box:80/v1"),
        ("https://gpu-box", "https://gpu-box:443/v1"),
        ("https://gpu-box:8443/", "https://gpu-box:8443/v1"),
        ("http://gpu-box:11434/v1", "http://gpu-box:11434/v1"),
        ("http://proxy:1/ollama/", "http://proxy:1/ollama/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("[::]:1234", "http://[::1]:1234/v1"),
        ("[fe80::1]", "http://[fe80::1]:11434/v1"),
        (' "gpu-box:1234" ', "http://gpu-box:1234/v1"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(host: str, url: str):
    found = only({"OLLAMA_HOST": host})

    assert found.name == "ollama"
    assert found.known.is_local
    assert found.endpoint.base_url == url


@pytest.mark.parametrize(
    "host", ["gpu-box:port", "gpu-box:0", "a b", "ftp://gpu-box", "u:p@host:1"]
)
def test_an_ollama_host_that_is_none_is_named(host: str):
    with pytest.raises(BadVariable, match="OLLAMA_HOST"):
        from_environment({"OLLAMA_HOST": host})


def test_a_key_for_ollama_does_not_make_a_server():
    assert from_environment({"OLLAMA_API_KEY": "x"}) == []
