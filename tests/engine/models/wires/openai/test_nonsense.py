"""Whatever JSON a server sends, it is read or it is named: no other error ever comes out."""

from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.errors import error_of_chunk, error_of_status
from cadre.engine.models.wires.openai.reply import ReplyBuilder
from cadre.engine.models.wires.openai.response_reply import ResponseBuilder
from cadre.engine.models.wires.openai.usage import priced, read_response_usage, read_usage
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Usage

PRICE = Price(input=Decimal(1), output=Decimal(1))
_LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def _object(*names: str, inner: st.SearchStrategy[Any] = _JSON) -> st.SearchStrategy[Any]:
    """An object with some of `names`, or any JSON in its place."""
    return st.dictionaries(st.sampled_from(names), inner, max_size=len(names)) | _JSON


_FUNCTION = _object("name", "arguments")
_CALL = _object("index", "id", inner=_LEAVES) | st.fixed_dictionaries({"function": _FUNCTION})
_CITED = st.fixed_dictionaries({"url_citation": _object("url", "title", "content")})
_DELTA = _object("content", "reasoning", "refusal", "annotations") | st.fixed_dictionaries(
    {"tool_calls": st.lists(_CALL, max_size=3), "annotations": st.lists(_CITED, max_size=2)}
)
_CHOICE = st.fixed_dictionaries({"delta": _DELTA, "finish_reason": _LEAVES})
_CHUNK = _object("choices", "usage", "model", "citations", "search_results") | (
    st.fixed_dictionaries({"choices": st.lists(_CHOICE, max_size=2)})
)
_USAGE = _object(
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "completion_tokens_details",
    "input_tokens",
    "input_tokens_details",
    "tool_calls_details",
    "cost",
    "cost_in_usd_ticks",
)
_ITEM = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["message", "function_call", "reasoning", "search_results", ""]),
        "id": _LEAVES,
        "name": _LEAVES,
        "arguments": _JSON,
        "content": _JSON,
        "results": _JSON,
    }
)
_EVENT = _JSON | st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "response.output_text.delta",
                "response.function_call_arguments.delta",
                "response.output_item.added",
                "response.output_item.done",
                "response.reasoning.search_results",
                "response.completed",
            ]
        ),
        "delta": _LEAVES,
        "item_id": _LEAVES,
        "item": _ITEM | _JSON,
        "response": st.fixed_dictionaries({"output": st.lists(_ITEM, max_size=2) | _JSON}) | _JSON,
        "results": _JSON,
        "thought": _LEAVES,
    }
)


@given(st.lists(_CHUNK, max_size=4))
def test_chunks(chunks: list[Any]):
    builder = ReplyBuilder(inlines_thinking=True)

    with suppress(ModelReplyBroken):
        for chunk in chunks:
            builder.take(chunk)
        builder.close()
        builder.finish("test:m", Usage())


@given(st.lists(_EVENT, max_size=4))
def test_events(said: list[Any]):
    builder = ResponseBuilder()

    with suppress(ModelReplyBroken):
        for event in said:
            builder.take(event)
        builder.finish("test", "m", Usage())


@given(_USAGE)
def test_counts(counts: Any):
    for read in (partial(read_usage, searches_each_time=True), read_response_usage):
        usage = priced(counts, read, PRICE, is_exact=True)

        assert usage.cost_usd is None or usage.cost_usd.is_finite()


@given(_object("message", "code", "type", "error"), st.binary(max_size=20))
def test_errors(error: Any, body: bytes):
    assert isinstance(error_of_chunk("test", error), CadreError)
    assert isinstance(error_of_status("test", 500, {}, body), CadreError)
