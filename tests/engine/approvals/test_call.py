"""The exact call: one form for one meaning, and nothing in doubt gets a hash."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.approvals import MalformedArguments, canonical_json, exact_call, read_call

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | st.floats(allow_nan=False, allow_infinity=False)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)


@given(OBJECTS)
def test_the_canonical_form_is_its_own_canonical_form(arguments: dict[str, Any]):
    once = exact_call("tool", arguments)

    twice = read_call("tool", once.text)

    assert twice == once
    assert canonical_json(twice.arguments) == once.text


@given(OBJECTS, st.sampled_from([None, 2]), st.booleans())
def test_spelling_does_not_change_the_call(
    arguments: dict[str, Any], indent: int | None, ascii_only: bool
):
    backwards = dict(reversed(arguments.items()))
    spelled = json.dumps(backwards, indent=indent, ensure_ascii=ascii_only)

    assert read_call("tool", spelled).hash == exact_call("tool", arguments).hash


@given(OBJECTS, OBJECTS)
def test_equal_hashes_mean_equal_arguments(one: dict[str, Any], other: dict[str, Any]):
    first, second = exact_call("tool", one), exact_call("tool", other)

    assert (first.hash == second.hash) == (first.text == second.text)


@given(st.integers(-(2**52), 2**52))
def test_a_whole_number_is_one_number_however_it_is_written(number: int):
    written = read_call("tool", f'{{"n": {number}.0}}')

    assert written == exact_call("tool", {"n": number})
    assert isinstance(written.arguments["n"], int)


def test_what_differs_is_another_call():
    calls = [
        exact_call("tool", {"n": 1}),
        exact_call("tool", {"n": "1"}),
        exact_call("tool", {"n": True}),
        exact_call("tool", {"n": [1]}),
        exact_call("tool", {"n": None}),
        exact_call("tool", {}),
        exact_call("other", {"n": 1}),
        exact_call("tool", {"path": "u\u0308"}),  # two spellings of a name can be two files
        exact_call("tool", {"path": "\u00fc"}),
    ]

    assert len({call.hash for call in calls}) == len(calls)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": {"b": 1, "b": 1}}', "twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1e999}', "too large"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "nested"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON"),
        ('{"a": "' + "x" * 2_000_001 + '"}', "characters"),
    ],
)
def test_arguments_in_doubt_are_refused_with_a_reason(text: str, said: str):
    with pytest.raises(MalformedArguments, match=said):
        read_call("tool", text)


def test_no_arguments_are_an_empty_object():
    assert read_call("tool", "").arguments == {}
