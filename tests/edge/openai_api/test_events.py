"""Cutting a stream into events leaves every byte as it is, wherever chunks end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.models import EventCutter, ModelReplyBroken, data_of

_EVENTS = ["data: {}", 'data: {"text":"é"}', ": note", "event: a\ndata: 1\ndata: 2", "data:[DONE]"]


@given(
    st.lists(st.sampled_from(_EVENTS), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_events_are_the_same_however_they_are_split(
    events: list[str], line_end: str, cuts: list[int]
):
    whole = [f"{event}\n\n".replace("\n", line_end).encode() for event in events]
    stream = b"".join(whole)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    cutter = EventCutter()

    found = [event for a, b in pairwise(places) for event in cutter.feed(stream[a:b])]

    assert b"".join(found) == stream
    assert [data_of(event) for event in found if data_of(event)] == [
        data_of(event) for event in whole if data_of(event)
    ]
    assert cutter.rest == b""


def test_the_data_of_several_lines_is_one():
    assert data_of(b"event: a\r\ndata: 1\r\ndata:2\r\n\r\n") == b"1\n2"
    assert data_of(b": nothing\n\n") == b""


def test_an_event_without_end_is_refused():
    cutter = EventCutter(event_bytes=100)

    with pytest.raises(ModelReplyBroken, match="more than 100 bytes"):
        for _ in range(20):
            list(cutter.feed(b"data: 0123456789"))
